/* rustc's LLVM calls these three by names that older runtimes of the thread sanitizer do not have. A newer
 * runtime has the same under both names: the checked memcpy, memmove and memset. */

#include <string.h>

void *__tsan_memcpy(void *to, const void *from, size_t len);
void *__tsan_memmove(void *to, const void *from, size_t len);
void *__tsan_memset(void *to, int byte, size_t len);

__attribute__((weak)) void *__tsan_memcpy(void *to, const void *from, size_t len)
{
    return memcpy(to, from, len);
}

__attribute__((weak)) void *__tsan_memmove(void *to, const void *from, size_t len)
{
    return memmove(to, from, len);
}

__attribute__((weak)) void *__tsan_memset(void *to, int byte, size_t len)
{
    return memset(to, byte, len);
}
