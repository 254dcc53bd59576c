/* What the engines do for every event besides simulating it, for network.c built with -DKEYED: draws that are
 * functions of a key and a counter instead of a sequence, and a log of all events under a running hash.
 *
 * Philox4x32-10 (Salmon, Moraes, Dror, Shaw, SC 2011), keyed by the element and the purpose and counted by the
 * message's lineage and the attempt; one uniform number a value, by inversion, of which the normal quantile is
 * Wichura's AS 241 (Applied Statistics 37, 1988). A row of the log is time, kind, element, message and value;
 * each column has a running hash, taken when the buffer of rows is full.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

enum { LOSS = 1, JITTER, SERVICE, PHASE, STARTS, LASTS, LINEAGE };

static uint64_t seed_of_run;

static uint64_t mix(uint64_t a, uint64_t b) {
    uint64_t z = a * 0x9E3779B97F4A7C15u + b + 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static double keyed_uniform(uint64_t key, uint64_t lineage, uint64_t index) {
    uint32_t c0 = (uint32_t)lineage, c1 = (uint32_t)(lineage >> 32);
    uint32_t c2 = (uint32_t)index, c3 = (uint32_t)(index >> 32);
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    double u = ((double)(c0 >> 5) * 67108864.0 + (double)(c1 >> 6) + 0.5) * 0x1p-53;
    return u < 1.0 ? u : 1.0 - 0x1p-53;
}

static double quotient(const double *above, const double *below, double r) {
    double p = 0.0, q = 0.0;
    for (int place = 0; place < 8; place++) {
        p = p * r + above[place];
        q = q * r + below[place];
    }
    return p / q;
}

static double normal_quantile(double p) {
    static const double table[6][8] = {
        { 2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
          13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608 },
        { 5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
          5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0 },
        { 7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
          3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734 },
        { 1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
          0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0 },
        { 2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386,
          0.026532189526576123093, 0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699,
          6.6579046435011037772 },
        { 2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5,
          7.868691311456132591e-4, 0.0148753612908506148525, 0.13692988092273580531,
          0.59983220655588793769, 1.0 },
    };
    double q = p - 0.5;
    if (fabs(q) <= 0.425) return q * quotient(table[0], table[1], 0.180625 - q * q);
    double r = sqrt(-log(q < 0.0 ? p : 1.0 - p));
    double value = r <= 5.0 ? quotient(table[2], table[3], r - 1.6) : quotient(table[4], table[5], r - 5.0);
    return q < 0.0 ? -value : value;
}

enum { COLUMNS = 5, ROWS = 4096 };

static uint64_t rows[ROWS][COLUMNS], columns[COLUMNS];
static int written;

static void hash_rows(void) {
    for (int row = 0; row < written; row++)
        for (int column = 0; column < COLUMNS; column++) {
            uint64_t z = (columns[column] ^ rows[row][column]) * 0xBF58476D1CE4E5B9u;
            columns[column] = z ^ (z >> 32);
        }
    written = 0;
}

static void write_row(double time, int kind, int element, int number, double value) {
    if (written == ROWS) hash_rows();
    uint64_t *row = rows[written++];
    memcpy(&row[0], &time, sizeof time);
    row[1] = (uint64_t)kind;
    row[2] = (uint64_t)element;
    row[3] = (uint64_t)number;
    memcpy(&row[4], &value, sizeof value);
}
