/* The start of every image. */

#include "chip.h"

extern uint32_t chip_data[], chip_data_end[], chip_bss[], chip_bss_end[], chip_stack[];
extern const uint32_t chip_data_image[];

int main(void);

/* A C library's own start, where an image has one. */
__attribute__((weak)) void chip_ready(void)
{
}

/* And its end. */
__attribute__((weak)) void chip_done(void)
{
}

/* A fault stops the run, or a test would hang. */
static _Noreturn void fault(void)
{
    chip_write("fault\n");
    chip_exit(1);
}

_Noreturn void chip_reset(void)
{
    const uint32_t *from = chip_data_image;
    int status;
    for (uint32_t *to = chip_data; to != chip_data_end; to++)
        *to = *from++;
    for (uint32_t *to = chip_bss; to != chip_bss_end; to++)
        *to = 0;
    chip_ready();
    status = main();
    chip_done();
    chip_exit(status);
}

/* The initial stack pointer, then the handlers of the architecture's own exceptions. */
__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    chip_stack, (void *)chip_reset, (void *)fault, (void *)fault,
    (void *)fault, (void *)fault, (void *)fault,
};

int chip_ask(int operation, const void *argument)
{
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void chip_write(const char *text)
{
    chip_ask(0x04, text); /* SYS_WRITE0 */
}

void chip_write_number(uint32_t number)
{
    char text[11];
    char *at = text + sizeof text - 1;
    *at = '\0';
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    chip_write(at);
}

void chip_exit(int status)
{
    /* SYS_EXIT_EXTENDED, ADP_Stopped_ApplicationExit. */
    const uint32_t argument[2] = {0x20026, (uint32_t)status};
    chip_ask(0x20, argument);
    for (;;) {
    }
}
