/* Counts what holds and what does not. */

#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>

static unsigned passed, failed;

#define CHECK(condition)                                                        \
    do {                                                                        \
        if (condition) {                                                        \
            passed++;                                                           \
        } else {                                                                \
            failed++;                                                           \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
        }                                                                       \
    } while (0)

#define GIVES(reason, call)                                                     \
    do {                                                                        \
        doorward_reason got = (call);                                           \
        if (got == (reason)) {                                                  \
            passed++;                                                           \
        } else {                                                                \
            failed++;                                                           \
            fprintf(stderr, "%s:%d: %u and not %u: %s\n", __FILE__, __LINE__,   \
                    (unsigned)got, (unsigned)(reason), #call);                  \
        }                                                                       \
    } while (0)

static int closing_line(void)
{
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}

#endif
