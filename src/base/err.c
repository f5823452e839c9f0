/* Names of errors, for logs. */
#include "base/base.h"

const char *err_name(enum err e)
{
	switch (e) {
	case ERR_OK: return "ok";
	case ERR_MEMORY: return "memory";
	case ERR_LIMIT: return "limit";
	case ERR_INPUT: return "input";
	case ERR_REFUSED: return "refused";
	case ERR_NOT_FOUND: return "not-found";
	case ERR_CONFLICT: return "conflict";
	case ERR_BUSY: return "busy";
	case ERR_CLOSED: return "closed";
	case ERR_IO: return "io";
	case ERR_DB: return "database";
	case ERR_FULL: return "disk full";
	case ERR_DAMAGED: return "damaged";
	}
	return "unknown";
}
