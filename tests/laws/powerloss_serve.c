/*
 * hearth serve on a disk that forgets what was not synced. For powerloss.py alone; no part of what is shipped.
 *
 * usage: powerloss_serve [--sync-off] serve [options of hearth serve]
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "forgetful.h"

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--sync-off") == 0) {
		cli_serve_rehearsal.sync_off = true;
		argc--;
		argv++;
	}
	if (argc < 2 || strcmp(argv[1], "serve") != 0 || forgetful_register() != 0) {
		fprintf(stderr, "powerloss_serve [--sync-off] serve …\n");
		return CLI_USAGE;
	}
	cli_serve_rehearsal.sqlite_vfs = FORGETFUL_NAME;
	return cli_serve_command.run(argc - 1, argv + 1);
}
