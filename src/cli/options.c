/* Command lines. */
#include <stdio.h>

#include "cli/options.h"

static const struct cli_option *find(const struct cli_option *options, size_t count, const char *name, size_t n)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(options[i].name) == n && strncmp(options[i].name, name, n) == 0)
			return &options[i];
	return NULL;
}

bool cli_options(int *argc, char **argv, const struct cli_option *options, size_t count)
{
	int kept = 1;
	for (int i = 1; i < *argc; i++) {
		if (strncmp(argv[i], "--", 2) != 0) {
			argv[kept++] = argv[i];
			continue;
		}
		const char *name = argv[i] + 2, *equals = strchr(name, '=');
		const struct cli_option *o = find(options, count, name, equals ? (size_t)(equals - name) : strlen(name));
		if (o == NULL || (o->flag && equals)) {
			fprintf(stderr, "hearth %s does not know %s\n", argv[0], argv[i]);
			return false;
		}
		if (o->flag) {
			*o->flag = true;
		} else if (equals) {
			*o->value = equals + 1;
		} else if (i + 1 < *argc) {
			*o->value = argv[++i];
		} else {
			fprintf(stderr, "hearth %s: %s wants a value\n", argv[0], argv[i]);
			return false;
		}
	}
	*argc = kept;
	return true;
}
