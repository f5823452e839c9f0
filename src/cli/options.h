/* Command lines: "--name value", "--name=value", "--flag". Shared by the commands; nobody outside cli includes it. */
#ifndef HEARTH_CLI_OPTIONS_H
#define HEARTH_CLI_OPTIONS_H

#include "base/base.h"

struct cli_option {
	const char *name;    /* without the dashes */
	const char **value;  /* takes a value … */
	bool *flag;          /* … or is one */
};

/* Take the options off argv; what is left over (files) stands in argv[1..], *argc counts it. false: said what is wrong. */
bool cli_options(int *argc, char **argv, const struct cli_option *options, size_t count);

#endif
