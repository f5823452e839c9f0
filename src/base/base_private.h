/* Shared inside base only. */
#ifndef HEARTH_BASE_PRIVATE_H
#define HEARTH_BASE_PRIVATE_H

#include <stdbool.h>

/* Counts one allocation; true when a test wants this one to fail. */
bool base_alloc_fails(void);

#endif
