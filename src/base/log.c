/* The log: one line, one write(2), so that lines of several threads never mix. */
#include <stdio.h>
#include <unistd.h>

#include "base/base.h"

#define LOG_LINE_MAX 1024

static enum log_level most_level = LOG_INFO;

void log_level_set(enum log_level most) { most_level = most; }

void log_line(enum log_level level, const char *format, ...)
{
	static const char *const names[] = { "error", "warn", "info", "debug" };
	if (level > most_level)
		return;
	char line[LOG_LINE_MAX], time[21];
	date_print(clock_wall_us(), time);
	int head = snprintf(line, sizeof line, "%s %s ", time, names[level]);
	va_list args;
	va_start(args, format);
	int n = vsnprintf(line + head, sizeof line - (size_t)head - 1, format, args);
	va_end(args);
	size_t end = (size_t)head + (n < 0 ? 0 : (size_t)n);
	end = end > sizeof line - 2 ? sizeof line - 2 : end;
	line[end] = '\n';
	if (write(STDERR_FILENO, line, end + 1) < 0)
		return; /* nowhere left to say it */
}
