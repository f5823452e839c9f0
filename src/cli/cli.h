/*
 * cli: the commands of the hearth binary, one file each.
 *
 * Promises: a command opens with its purpose, says how it is used, and ends with an exit status: 0 done, 1 it could not be
 * done (said on standard error), 2 it was not asked properly.
 * Used by: main.c, which finds the command by its name. Owns: nothing. Not here: what the commands do (the rooms).
 */
#ifndef HEARTH_CLI_H
#define HEARTH_CLI_H

#define CLI_DONE 0
#define CLI_COULD_NOT 1
#define CLI_USAGE 2

#define CLI_ADDRESS_FILE "address" /* in the data folder: where the server is, or was last; a line */

struct cli_command {
	const char *name;
	const char *usage;                   /* one line and, if need be, indented ones */
	int (*run)(int argc, char **argv);   /* argv[0] is the command's name */
};

extern const struct cli_command cli_diagnose_command, cli_forecast_command, cli_serve_command, cli_openapi_command, cli_check_command, cli_backup_command,
	cli_restore_command, cli_link_command, cli_import_command,
	cli_export_command, cli_packet_command, cli_ledger_command;

/* What a test's own program (loss of power) sets before it runs cli_serve_command; the shipped binary leaves it at zero, and
 * no option reaches it. */
extern struct cli_serve_rehearsal {
	const char *sqlite_vfs; /* a file layer that is registered, or NULL */
	_Bool sync_off;         /* synchronous=OFF: nothing acknowledged is safe */
} cli_serve_rehearsal;
int cli_diagnose(int argc, char **argv);
int cli_forecast(int argc, char **argv);

#endif
