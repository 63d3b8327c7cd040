/* doorward beside libjwt and, with WITH_L8W8JWT, l8w8jwt in C: all check MAC, exp, nbf, iss and aud of the same
 * tokens, in interleaved rounds. Prints {"group", "name", "p10", "median"} a line, in nanoseconds. Arguments: files
 * with a token a line, all of one size and signed with SECRET, which take turns, then the rounds; or "versions", for
 * those that only the program knows. */
#include "doorward.h"
#include <jwt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef WITH_L8W8JWT
#include <l8w8jwt/decode.h>
#include <mbedtls/version.h>
#endif

static const char SECRET[] = "a benchmark's secret, which everybody knows, 64 bytes long......";
static const char POLICY[] =
    "{\"jwt\":{\"issuer\":\"https://issuer.example\",\"audience\":[\"mux\"],\"key\":[{\"algorithm\":\"HS256\","
    "\"secret\":\"a benchmark's secret, which everybody knows, 64 bytes long......\"}]}}";
static uint8_t scratch[DOORWARD_SCRATCH_BYTES];
static doorward_gate *gate;
static char file[1 << 20];
static char *tokens[512];
static size_t count_of_tokens, token_len;
static uint64_t now;

static doorward_bytes bytes(const char *text)
{
    doorward_bytes made = {(const uint8_t *)text, strlen(text)};
    return made;
}

static void refused(const char *who)
{
    fprintf(stderr, "%s refuses the token\n", who);
    exit(1);
}

static void by_doorward(const char *token)
{
    doorward_bytes claims, presented = {(const uint8_t *)token, token_len};
    if (doorward_jwt_verify(gate, presented, now, scratch, sizeof scratch, &claims) != DOORWARD_OK)
        refused("doorward");
}

/* libjwt 1.10 checks the MAC; the claims are compared here, as its users do. */
static void by_libjwt(const char *token)
{
    jwt_t *jwt = NULL;
    const char *issuer, *audience;
    if (jwt_decode(&jwt, token, (const unsigned char *)SECRET, (int)sizeof SECRET - 1) != 0 ||
        jwt_get_alg(jwt) != JWT_ALG_HS256)
        refused("libjwt");
    issuer = jwt_get_grant(jwt, "iss");
    audience = jwt_get_grant(jwt, "aud");
    if (!issuer || strcmp(issuer, "https://issuer.example") != 0 || !audience || strcmp(audience, "mux") != 0 ||
        jwt_get_grant_int(jwt, "exp") <= (long)now || jwt_get_grant_int(jwt, "nbf") > (long)now)
        refused("libjwt");
    jwt_free(jwt);
}

#ifdef WITH_L8W8JWT
/* l8w8jwt asks the clock itself: it is told the time that the others are given. */
time_t time(time_t *at)
{
    if (at)
        *at = (time_t)now;
    return (time_t)now;
}

/* It compares as many bytes of a claim as it is told: with the NUL, so that a longer claim is another one. */
static void by_l8w8jwt(const char *token)
{
    static char issuer[] = "https://issuer.example", audience[] = "mux";
    struct l8w8jwt_decoding_params params;
    enum l8w8jwt_validation_result result;
    l8w8jwt_decoding_params_init(&params);
    params.alg = L8W8JWT_ALG_HS256;
    params.jwt = (char *)token;
    params.jwt_length = token_len;
    params.verification_key = (unsigned char *)SECRET;
    params.verification_key_length = sizeof SECRET - 1;
    params.validate_iss = issuer;
    params.validate_iss_length = sizeof issuer;
    params.validate_aud = audience;
    params.validate_aud_length = sizeof audience;
    params.validate_exp = 1;
    params.validate_nbf = 1;
    if (l8w8jwt_decode(&params, &result, NULL, NULL) != L8W8JWT_SUCCESS || result != L8W8JWT_VALID)
        refused("l8w8jwt");
}
#endif

static void versions(void)
{
#ifdef WITH_L8W8JWT
    char l8w8jwt[32], mbedtls[32];
    l8w8jwt_get_version_string(l8w8jwt);
    mbedtls_version_get_string(mbedtls);
    printf("{\"l8w8jwt\": \"%s\", \"mbedTLS\": \"%s\"}\n", l8w8jwt, mbedtls);
#else
    puts("{}");
#endif
}

static double turn(void (*verify)(const char *), int times)
{
    static size_t next;
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int n = 0; n < times; n++) {
        next = next + 1 < count_of_tokens ? next + 1 : 0;
        verify(tokens[next]);
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    return ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) / times;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(int rounds)
{
    static const struct {
        const char *name;
        void (*verify)(const char *);
    } all[] = {
        {"doorward", by_doorward},
        {"libjwt", by_libjwt},
#ifdef WITH_L8W8JWT
        {"l8w8jwt", by_l8w8jwt},
#endif
    };
    enum { COUNT = sizeof all / sizeof all[0] };
    static double samples[COUNT][1000];
    for (int round = 0; round < rounds; round++)
        for (int who = 0; who < COUNT; who++)
            samples[who][round] = turn(all[who].verify, who == 0 ? 2000 : 100);
    for (int who = 0; who < COUNT; who++) {
        qsort(samples[who], (size_t)rounds, sizeof(double), ascending);
        printf("{\"group\": \"verify %zu B\", \"name\": \"%s\", \"p10\": %.1f, \"median\": %.1f}\n", token_len,
               all[who].name, samples[who][rounds / 10], samples[who][rounds / 2]);
    }
}

static int read_tokens(const char *name)
{
    FILE *from = fopen(name, "r");
    size_t read = from ? fread(file, 1, sizeof file - 1, from) : 0;
    if (read == 0 || read == sizeof file - 1 || fclose(from) != 0)
        return 0;
    file[read] = 0;
    count_of_tokens = 0;
    token_len = strcspn(file, "\n");
    for (char *line = strtok(file, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        if (count_of_tokens == sizeof tokens / sizeof tokens[0] || strlen(line) != token_len)
            return 0;
        tokens[count_of_tokens++] = line;
    }
    return count_of_tokens > 0;
}

int main(int count, char **words)
{
    doorward_message none = {NULL, 0};
    int rounds = count > 2 ? atoi(words[count - 1]) : 0;
    if (count == 2 && strcmp(words[1], "versions") == 0) {
        versions();
        return 0;
    }
    if (rounds < 1 || rounds > 1000)
        return 2;
    if (doorward_gate_from_policy(bytes(POLICY), DOORWARD_JSON, none, &gate) != DOORWARD_OK)
        return 1;
    now = 1700000000;
    for (int at = 1; at < count - 1; at++) {
        if (!read_tokens(words[at]))
            return 1;
        measure(rounds);
    }
    doorward_gate_free(gate);
    return 0;
}
