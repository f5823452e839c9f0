/*
 * What the clients of the benches share: the clock, bytes on their way out, connecting, what the server's processes used,
 * arguments. Used by fanout_client.c and grab_client.c. Not here: protocols, measuring.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fanout.h"

#define PIDS_MAX 300

static int pids[PIDS_MAX], pid_count;

uint64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void die(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
	exit(1);
}

void out_add(struct out *o, const void *p, size_t n)
{
	if (n > sizeof o->p - o->n)
		die("a message does not fit");
	memcpy(o->p + o->n, p, n);
	o->n += n;
}

void out_print(struct out *o, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	o->n += (size_t)vsnprintf(o->p + o->n, sizeof o->p - o->n, format, args);
	va_end(args);
}

void out_template(struct out *o, const char *form, const struct options *options, const struct member *m, const char *text,
		  size_t text_n)
{
	while (*form) {
		if (strncmp(form, "{i}", 3) == 0) {
			out_print(o, "%u", m->index);
			form += 3;
		} else if (strncmp(form, "{token}", 7) == 0) {
			out_print(o, "%s", options->token_count ? options->token[m->index % options->token_count] : "");
			form += 7;
		} else if (strncmp(form, "{text}", 6) == 0) {
			out_add(o, text, text_n);
			form += 6;
		} else {
			out_add(o, form++, 1);
		}
	}
}

void join_used(struct member *m, size_t n)
{
	memmove(m->join, m->join + n, m->join_n - n);
	m->join_n -= n;
}

/* ---- the server's processes ---- */

/* pid and all that descend from it. */
void processes_find(int root)
{
	if (pid_count < PIDS_MAX)
		pids[pid_count++] = root;
	DIR *d = opendir("/proc");
	for (struct dirent *e; d && (e = readdir(d)) && pid_count < PIDS_MAX;) {
		char path[300];
		int pid = atoi(e->d_name), parent = 0;
		if (pid <= 0)
			continue;
		snprintf(path, sizeof path, "/proc/%d/stat", pid);
		FILE *f = fopen(path, "r");
		if (f && fscanf(f, "%*d (%*[^)]) %*c %d", &parent) == 1 && parent == root)
			processes_find(pid);
		if (f)
			fclose(f);
	}
	if (d)
		closedir(d);
}

double processes_cpu_s(void)
{
	double sum = 0;
	for (int i = 0; i < pid_count; i++) {
		char path[300];
		snprintf(path, sizeof path, "/proc/%d/task", pids[i]);
		DIR *d = opendir(path);
		for (struct dirent *e; d && (e = readdir(d));) {
			unsigned long long ns = 0;
			if (e->d_name[0] == '.')
				continue; /* ".." has one too: the first thread's, again */
			snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", pids[i], e->d_name);
			FILE *f = fopen(path, "r");
			if (f && fscanf(f, "%llu", &ns) == 1)
				sum += (double)ns / 1e9;
			if (f)
				fclose(f);
		}
		if (d)
			closedir(d);
	}
	return sum;
}

double processes_resident_bytes(void)
{
	double sum = 0;
	for (int i = 0; i < pid_count; i++) {
		char path[64];
		long pages = 0;
		snprintf(path, sizeof path, "/proc/%d/statm", pids[i]);
		FILE *f = fopen(path, "r");
		if (f && fscanf(f, "%*d %ld", &pages) == 1)
			sum += (double)pages * (double)sysconf(_SC_PAGESIZE);
		if (f)
			fclose(f);
	}
	return sum;
}

/* ---- connections ---- */

int connect_to(const struct options *opt, unsigned i)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)opt->port) };
	int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	inet_pton(AF_INET, opt->host, &a.sin_addr);
	if (strncmp(opt->host, "127.", 4) == 0) {
		/* One address has 28,000 free ports: spread over 127.0.0.0/8. */
		struct sockaddr_in from = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001u + i / 20000) };
		setsockopt(fd, IPPROTO_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, &yes, sizeof yes);
		if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof from) != 0)
			die("bind");
	}
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
		die("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

void send_all(int fd, struct out *o)
{
	for (size_t at = 0; at < o->n;) {
		ssize_t n = send(fd, o->p + at, o->n - at, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN) {
			usleep(100);
			continue;
		}
		if (n < 0)
			die("send");
		at += (size_t)n;
	}
	o->n = 0;
}

/* ---- arguments ---- */

bool argument_is(const char *arg, const char *name, const char **out_value)
{
	size_t n = strlen(name);
	if (strncmp(arg, name, n) != 0 || arg[n] != '=')
		return false;
	*out_value = arg + n + 1;
	return true;
}

void options_read_tokens(struct options *opt)
{
	FILE *f = opt->tokens ? fopen(opt->tokens, "r") : NULL;
	char line[4096];
	while (f && fgets(line, sizeof line, f)) {
		line[strcspn(line, "\r\n")] = '\0';
		opt->token = realloc(opt->token, (opt->token_count + 1) * sizeof *opt->token);
		if (opt->token == NULL || (opt->token[opt->token_count++] = strdup(line)) == NULL)
			die("tokens");
	}
	if (f)
		fclose(f);
}

/* ---- times ---- */

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

void sort_us(uint32_t *us, size_t n)
{
	qsort(us, n, sizeof *us, by_size);
}

double percentile_ms(const uint32_t *us, size_t n, double q)
{
	return n ? us[(size_t)((double)(n - 1) * q)] / 1e3 : 0;
}
