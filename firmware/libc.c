/* What newlib asks of the board, for the images that are tests: files and the console by semihosting
 * (rdimon), a heap, and the variables of the environment from the emulator's command line. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chip.h"
#include "doorward.h"

extern char chip_heap[], chip_heap_end[];

void chip_ready(void);
void chip_done(void);
void initialise_monitor_handles(void); /* rdimon's: opens stdin, stdout, stderr */

void chip_ready(void)
{
    initialise_monitor_handles();
}

void chip_done(void)
{
    fflush(NULL);
}

void *_sbrk(ptrdiff_t bytes);

void *_sbrk(ptrdiff_t bytes)
{
    static char *end = chip_heap;
    char *begin = end;
    if (bytes > chip_heap_end - end || bytes < chip_heap - end) {
        errno = ENOMEM;
        return (void *)-1;
    }
    end += bytes;
    return begin;
}

/* NAME=VALUE words behind the image's name. */
char *getenv(const char *name)
{
    static char line[1024];
    struct {
        char *text;
        uint32_t size;
    } room = {line, sizeof line};
    const size_t len = strlen(name);
    char *word;
    if (chip_ask(0x15, &room) != 0) /* SYS_GET_CMDLINE */
        return NULL;
    for (word = strtok(line, " "); word != NULL; word = strtok(NULL, " "))
        if (strncmp(word, name, len) == 0 && word[len] == '=')
            return strdup(word + len + 1);
    return NULL;
}

/* What the library has only with std, from the policy reader. */
doorward_reason chip_gate_from_policy(doorward_bytes policy, doorward_syntax syntax,
                                      doorward_message message, doorward_gate **gate);
doorward_reason chip_address_parse(doorward_bytes text, doorward_address *address);

doorward_reason doorward_gate_from_policy(doorward_bytes policy, doorward_syntax syntax,
                                          doorward_message message, doorward_gate **gate)
{
    return chip_gate_from_policy(policy, syntax, message, gate);
}

doorward_reason doorward_address_parse(doorward_bytes text, doorward_address *address)
{
    return chip_address_parse(text, address);
}

/* For the policy reader. */
doorward_reason chip_gate_init(const doorward_config *config, doorward_gate **out);
_Noreturn void chip_stop(const char *text, size_t len);

doorward_reason chip_gate_init(const doorward_config *config, doorward_gate **out)
{
    /* One gate at a time: the runner ends each before the next. */
    static doorward_gate gate;
    static uint8_t *memory;
    const size_t bytes = doorward_gate_memory_bytes(config);
    doorward_reason reason;
    free(memory);
    memory = malloc(bytes != 0 ? bytes : 1);
    if (memory == NULL)
        chip_stop("no memory", 9);
    reason = doorward_gate_init(&gate, config, memory, bytes);
    if (reason == DOORWARD_OK)
        *out = &gate;
    return reason;
}

void chip_stop(const char *text, size_t len)
{
    while (len-- > 0) {
        const char piece[2] = {*text++, '\0'};
        chip_write(piece);
    }
    chip_write("\n");
    chip_exit(1);
}
