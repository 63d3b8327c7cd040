/* doorward beside libjwt in C: both check MAC, exp, nbf, iss and aud of the same token, in interleaved rounds.
 * Prints {"group", "name", "p10", "median"} a line, in nanoseconds. Arguments: files with a token each, signed
 * with SECRET, then the rounds. */
#include "doorward.h"
#include <jwt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char SECRET[] = "a benchmark's secret, which everybody knows, 64 bytes long......";
static const char POLICY[] =
    "{\"jwt\":{\"issuer\":\"https://issuer.example\",\"audience\":[\"mux\"],\"key\":[{\"algorithm\":\"HS256\","
    "\"secret\":\"a benchmark's secret, which everybody knows, 64 bytes long......\"}]}}";
static uint8_t scratch[DOORWARD_SCRATCH_BYTES];
static doorward_gate *gate;
static char token[20000];
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

static void by_doorward(void)
{
    doorward_bytes claims;
    if (doorward_jwt_verify(gate, bytes(token), now, scratch, sizeof scratch, &claims) != DOORWARD_OK)
        refused("doorward");
}

/* libjwt 1.10 checks the MAC; the claims are compared here, as its users do. */
static void by_libjwt(void)
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

static double turn(void (*verify)(void), int times)
{
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int n = 0; n < times; n++)
        verify();
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
        void (*verify)(void);
    } all[] = {{"doorward", by_doorward}, {"libjwt", by_libjwt}};
    static double samples[2][1000];
    for (int round = 0; round < rounds; round++)
        for (int who = 0; who < 2; who++)
            samples[who][round] = turn(all[who].verify, who == 0 ? 2000 : 100);
    for (int who = 0; who < 2; who++) {
        qsort(samples[who], (size_t)rounds, sizeof(double), ascending);
        printf("{\"group\": \"verify %zu B\", \"name\": \"%s\", \"p10\": %.1f, \"median\": %.1f}\n", strlen(token),
               all[who].name, samples[who][rounds / 10], samples[who][rounds / 2]);
    }
}

int main(int count, char **words)
{
    doorward_message none = {NULL, 0};
    int rounds = count > 2 ? atoi(words[count - 1]) : 0;
    if (rounds < 1 || rounds > 1000)
        return 2;
    if (doorward_gate_from_policy(bytes(POLICY), DOORWARD_JSON, none, &gate) != DOORWARD_OK)
        return 1;
    now = 1700000000;
    for (int at = 1; at < count - 1; at++) {
        FILE *file = fopen(words[at], "r");
        size_t read = file ? fread(token, 1, sizeof token - 1, file) : 0;
        if (read == 0 || read == sizeof token - 1 || fclose(file) != 0)
            return 1;
        token[read] = 0;
        measure(rounds);
    }
    doorward_gate_free(gate);
    return 0;
}
