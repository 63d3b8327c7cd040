/* What an image needs of a Cortex-M4: a start, a way to the host, a counter. */

#ifndef CHIP_H
#define CHIP_H

#include <stddef.h>
#include <stdint.h>

/* Asks the debugger, here qemu (Arm semihosting). */
int chip_ask(int operation, const void *argument);

/* Writes text to the host's console. */
void chip_write(const char *text);
void chip_write_number(uint32_t number);

/* Ends the run: 0 is success. */
_Noreturn void chip_exit(int status);

#endif
