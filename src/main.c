/*
 * The hearth binary: finds the command and runs it. The only wiring. Owns: nothing.
 */
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "cli/cli.h"

static const struct cli_command *const commands[] = { &cli_serve_command, &cli_diagnose_command, &cli_forecast_command,
	&cli_import_command, &cli_export_command, &cli_packet_command, &cli_ledger_command, &cli_link_command,
	&cli_check_command, &cli_backup_command, &cli_restore_command, &cli_openapi_command };

static bool wants_help(int argc, char **argv)
{
	for (int i = 2; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0)
			return true;
	return false;
}

static int say_usage(const struct cli_command *c, FILE *to)
{
	fprintf(to, "%s\n", c->usage);
	return CLI_DONE;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < COUNT_OF(commands); i++)
		if (strcmp(argv[1], commands[i]->name) == 0)
			return wants_help(argc, argv) ? say_usage(commands[i], stdout) : commands[i]->run(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		printf("hearth %s\n", HEARTH_VERSION);
		return CLI_DONE;
	}
	FILE *to = argc > 1 && strcmp(argv[1], "--help") == 0 ? stdout : stderr;
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		say_usage(commands[i], to);
	return to == stdout ? CLI_DONE : CLI_USAGE;
}
