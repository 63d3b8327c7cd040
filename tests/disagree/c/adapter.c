/* Puts the cases on standard input to libjwt 1.x. usage: adapter libjwt
 *
 * Each line is "id TAB algorithm TAB secret in hex TAB token in hex"; each answer is
 * "id TAB accept|refuse|unasked TAB". This libjwt knows signatures and formats; claims it leaves to its caller. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jwt.h>

/* The decoded bytes, with a NUL behind them, or NULL. */
static unsigned char *unhex(const char *hex, size_t *length)
{
    size_t digits = strlen(hex);
    unsigned char *bytes = malloc(digits / 2 + 1);
    if (bytes == NULL || digits % 2 != 0)
        return free(bytes), NULL;
    for (size_t i = 0; i < digits / 2; i++)
        if (sscanf(hex + 2 * i, "%2hhx", &bytes[i]) != 1)
            return free(bytes), NULL;
    bytes[digits / 2] = 0;
    *length = digits / 2;
    return bytes;
}

static const char *answer(const char *algorithm, const unsigned char *secret, size_t secret_len, const char *token,
                          size_t token_len)
{
    /* A token is a C string here: what follows a NUL is not seen. */
    if (strlen(token) != token_len)
        return "unasked\t";
    jwt_t *jwt = NULL;
    if (jwt_decode(&jwt, token, secret, (int)secret_len) != 0)
        return "refuse\t";
    /* jwt_decode takes any algorithm that fits the key; the comparison is its caller's. */
    int same = jwt_get_alg(jwt) == jwt_str_alg(algorithm);
    jwt_free(jwt);
    return same ? "accept\t" : "refuse\t";
}

int main(void)
{
    char *line = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, stdin) > 0) {
        line[strcspn(line, "\n")] = 0;
        char *rest = line;
        char *field[4];
        for (int i = 0; i < 4; i++)
            if ((field[i] = strsep(&rest, "\t")) == NULL)
                return fputs("a line lacks a field\n", stderr), 2;
        size_t secret_len = 0;
        size_t token_len = 0;
        unsigned char *secret = unhex(field[2], &secret_len);
        unsigned char *token = unhex(field[3], &token_len);
        if (secret == NULL || token == NULL)
            return fputs("a field is not hexadecimal\n", stderr), 2;
        printf("%s\t%s\n", field[0], answer(field[1], secret, secret_len, (const char *)token, token_len));
        fflush(stdout);
        free(secret);
        free(token);
    }
    free(line);
    return 0;
}
