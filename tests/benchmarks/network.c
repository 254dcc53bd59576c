/* The benchmark network in C: events in a binary heap, messages in a pool, intrusive lists.
 *
 *     cc -O2 -o network network.c -lm             leanest: draws from one sequence, totals only
 *     cc -O2 -DKEYED -o network network.c -lm     the same draws, log and hash as the engines (keyed.h)
 *     ./network SEED FIRST REPLICATIONS < network.txt
 *
 * The network comes as numbers on standard input (see c_program.py). One line for each replication goes to
 * standard output: processor seconds, events, messages sent, delivered, refused by a full queue, lost, lost
 * with a link, lost with a node, under way at the end, retransmissions, mean latency in seconds, hash of
 * the log.
 *
 * Both leave out what the engines also do: book every second of a message to a stage of its budget, keep the
 * integrals over time of queues and transmitters, labels and clearances, expiry, and every mechanism that
 * this network does not use. Built without KEYED it leaves out as well that a draw does not depend on what
 * else is drawn, and that there is a log.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { NO_DELAY, FIXED, UNIFORM, EXPONENTIAL, LOGNORMAL };
enum { CREATE, SENT, ARRIVED, SERVED, RETRY, FAIL, REPAIR };
enum { DELIVERED, QUEUE_FULL, LOST, LINK_DOWN, NODE_DOWN, IN_FLIGHT, ENDS };
enum { TRANSMITTED, FLYING, PLACES };

#ifdef KEYED
#include "keyed.h"
#define KEYS uint64_t key[LINEAGE + 1]
#define KEY(element, purpose) (element)->key[purpose]
#define CHANCE(key, lineage, index) keyed_uniform(key, lineage, index)
#define NOTE(kind, element, number, value) write_row(now, kind, element, number, value)
#else
enum { LOSS = 1, JITTER, SERVICE, PHASE, STARTS, LASTS, LINEAGE };
#define KEYS int unkeyed
#define KEY(element, purpose) 0
#define CHANCE(key, lineage, index) uniform()
#define NOTE(kind, element, number, value) ((void)0)
#endif

typedef struct { int kind; double first, second; } Delay;

typedef struct { int head, tail, count; } List;

typedef struct {
    int head;                       /* node it leads to */
    double bps, propagation, loss, timeout, last_arrival;
    Delay jitter;
    int keep_order, attempts, limit;
    int failures, busy;
    List queue, carried[PLACES];
    KEYS;
} Line;

typedef struct {
    int servers, limit, busy, failures;
    Delay service;
    List queue, carried;
    KEYS;
} Node;

typedef struct {
    double start, end, interval, phase, bits;
    int source, hops, *way, made;
    KEYS;
} Stream;

typedef struct {
    int lines[2], count, node, times;   /* node -1: of a link */
    double down, up, mtbf, mttr;
    KEYS;
} Failure;

typedef struct {
    double created, bits;
    int stream, hop, attempts, next, previous;
    uint32_t token;
    int number;
    uint64_t lineage;
} Message;

typedef struct { double time; uint64_t order; int kind, a, b; uint32_t token; } Event;

static int nodes, lines, streams, failures;
static Node *node;
static Line *line;
static Stream *stream;
static Failure *failure;

static Message *message;
static int messages, free_message;

static Event *heap;
static size_t waiting, room;
static uint64_t scheduled;
static double now, end_of_run;

static long ends[ENDS], sent, retransmissions, events;
static double latency;

static void *must(void *memory) {
    if (!memory) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

/* splitmix64 (Steele, Lea, Flood 2014) */
static uint64_t state;

static uint64_t next64(void) {
    uint64_t z = (state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

#ifdef KEYED
#define NORMAL(key, lineage, index) normal_quantile(keyed_uniform(key, lineage, index))
#else
static double uniform(void) { return ((double)(next64() >> 11) + 0.5) * 0x1p-53; }

static int kept;
static double other;

static double normal(void) { /* Box and Muller, both values used */
    if (kept) {
        kept = 0;
        return other;
    }
    double radius = sqrt(-2.0 * log(uniform())), angle = 6.283185307179586 * uniform();
    other = radius * sin(angle);
    kept = 1;
    return radius * cos(angle);
}
#define NORMAL(key, lineage, index) normal()
#endif

static double draw(const Delay *delay, uint64_t key, uint64_t lineage, uint64_t index) {
    (void)key, (void)lineage, (void)index;
    switch (delay->kind) {
    case NO_DELAY: return 0.0;
    case FIXED: return delay->first;
    case UNIFORM: return delay->first + (delay->second - delay->first) * CHANCE(key, lineage, index);
    case EXPONENTIAL: return -delay->first * log(CHANCE(key, lineage, index));
    default: return exp(delay->first + delay->second * NORMAL(key, lineage, index));
    }
}

static int before(const Event *one, const Event *other) {
    return one->time < other->time || (one->time == other->time && one->order < other->order);
}

static void schedule(double delay, int kind, int a, int b, uint32_t token) {
    Event event = { now + delay, scheduled++, kind, a, b, token };
    if (waiting == room) heap = must(realloc(heap, (room *= 2) * sizeof *heap));
    size_t place = waiting++;
    while (place > 0) {
        size_t above = (place - 1) / 2;
        if (!before(&event, &heap[above])) break;
        heap[place] = heap[above];
        place = above;
    }
    heap[place] = event;
}

static Event take(void) {
    Event first = heap[0], last = heap[--waiting];
    size_t place = 0, child = 1;
    while (child < waiting) {
        if (child + 1 < waiting && before(&heap[child + 1], &heap[child])) child++;
        if (!before(&heap[child], &last)) break;
        heap[place] = heap[child];
        place = child;
        child = 2 * place + 1;
    }
    heap[place] = last;
    return first;
}

static void append(List *list, int m) {
    message[m].next = -1;
    message[m].previous = list->tail;
    if (list->tail >= 0) message[list->tail].next = m;
    else list->head = m;
    list->tail = m;
    list->count++;
}

static void drop(List *list, int m) {
    int next = message[m].next, previous = message[m].previous;
    if (previous >= 0) message[previous].next = next;
    else list->head = next;
    if (next >= 0) message[next].previous = previous;
    else list->tail = previous;
    list->count--;
}

static void finish(int m, int how) {
    ends[how]++;
    message[m].token++;
    message[m].next = free_message;
    free_message = m;
}

static int new_message(int s) {
    if (free_message < 0) {
        int old = messages;
        message = must(realloc(message, (size_t)(messages *= 2) * sizeof *message));
        for (int m = old; m < messages; m++) {
            message[m].token = 0;
            message[m].next = m + 1 < messages ? m + 1 : -1;
        }
        free_message = old;
    }
    int m = free_message;
    free_message = message[m].next;
    message[m].created = now;
    message[m].bits = stream[s].bits;
    message[m].stream = s;
    message[m].hop = 0;
    message[m].attempts = 0;
    message[m].number = (int)sent;
#ifdef KEYED
    message[m].lineage = mix(KEY(&stream[s], LINEAGE), (uint64_t)stream[s].made++);
#endif
    return m;
}

static void start(int l) {
    Line *here = &line[l];
    if (here->failures || here->busy || here->queue.head < 0) return;
    int m = here->queue.head;
    drop(&here->queue, m);
    append(&here->carried[TRANSMITTED], m);
    here->busy = 1;
    schedule(message[m].bits / here->bps, SENT, l, m, message[m].token);
}

static void enqueue(int l, int m) {
    Line *here = &line[l];
    if (here->queue.count >= here->limit) {
        finish(m, QUEUE_FULL);
        return;
    }
    append(&here->queue, m);
    start(l);
}

static void forward(int m) {
    const Stream *of = &stream[message[m].stream];
    if (message[m].hop == of->hops) {
        latency += now - message[m].created;
        finish(m, DELIVERED);
    } else {
        enqueue(of->way[message[m].hop], m);
    }
}

static void serve(int n) {
    Node *here = &node[n];
    while (!here->failures && here->busy < here->servers && here->queue.head >= 0) {
        int m = here->queue.head;
        drop(&here->queue, m);
        append(&here->carried, m);
        here->busy++;
        uint64_t hop = (uint64_t)message[m].hop;
        double service = draw(&here->service, KEY(here, SERVICE), message[m].lineage, hop);
        schedule(service, SERVED, n, m, message[m].token);
    }
}

static void on_create(int s) {
    int m = new_message(s);
    sent++;
    if (node[stream[s].source].failures) finish(m, NODE_DOWN);
    else forward(m);
    if (now + stream[s].interval < stream[s].end) schedule(stream[s].interval, CREATE, s, 0, 0);
}

static void on_sent(int l, int m) {
    Line *here = &line[l];
    here->busy = 0;
    drop(&here->carried[TRANSMITTED], m);
    message[m].attempts++;
    uint64_t attempt = (uint64_t)message[m].attempts;
    if (here->loss > 0.0 && CHANCE(KEY(here, LOSS), message[m].lineage, attempt) < here->loss) {
        if (message[m].attempts < here->attempts) {
            retransmissions++;
            schedule(here->timeout, RETRY, l, m, message[m].token);
        } else {
            finish(m, LOST);
        }
    } else {
        double jitter = draw(&here->jitter, KEY(here, JITTER), message[m].lineage, attempt);
        double arrival = now + here->propagation + jitter;
        if (here->keep_order && arrival < here->last_arrival) arrival = here->last_arrival;
        here->last_arrival = arrival;
        append(&here->carried[FLYING], m);
        schedule(arrival - now, ARRIVED, l, m, message[m].token);
    }
    start(l);
}

static void on_arrived(int l, int m) {
    Node *there = &node[line[l].head];
    drop(&line[l].carried[FLYING], m);
    message[m].attempts = 0;
    message[m].hop++;
    if (there->failures) {
        finish(m, NODE_DOWN);
    } else if (there->service.kind == NO_DELAY) {
        forward(m);
    } else if (there->queue.count >= there->limit) {
        finish(m, QUEUE_FULL);
    } else {
        append(&there->queue, m);
        serve(line[l].head);
    }
}

static void on_served(int n, int m) {
    node[n].busy--;
    drop(&node[n].carried, m);
    serve(n);
    forward(m);
}

static void lose(List *list, int how) {
    while (list->head >= 0) {
        int m = list->head;
        drop(list, m);
        finish(m, how);
    }
}

static void on_fail(int f) {
    Failure *it = &failure[f];
    for (int i = 0; i < it->count; i++) {
        Line *here = &line[it->lines[i]];
        if (here->failures++) continue;
        here->busy = 0;
        for (int place = 0; place < PLACES; place++) lose(&here->carried[place], LINK_DOWN);
    }
    if (it->node >= 0 && node[it->node].failures++ == 0) {
        node[it->node].busy = 0;
        lose(&node[it->node].carried, NODE_DOWN);
    }
    uint64_t time = (uint64_t)it->times;
    if (it->mttr > 0.0) schedule(-it->mttr * log(CHANCE(KEY(it, LASTS), time, 0)), REPAIR, f, 0, 0);
    else if (it->up < end_of_run) schedule(it->up - now, REPAIR, f, 0, 0);
}

static void on_repair(int f) {
    Failure *it = &failure[f];
    for (int i = 0; i < it->count; i++)
        if (--line[it->lines[i]].failures == 0) start(it->lines[i]);
    if (it->node >= 0 && --node[it->node].failures == 0) serve(it->node);
    it->times++;
    double after = it->mttr > 0.0 ? -it->mtbf * log(CHANCE(KEY(it, STARTS), (uint64_t)it->times, 0)) : 0.0;
    if (it->mttr > 0.0) schedule(after, FAIL, f, 0, 0);
}

static void clear(List *list) {
    list->head = list->tail = -1;
    list->count = 0;
}

#ifdef KEYED
static void keys_of(uint64_t *key, uint64_t kind, int element) {
    for (int purpose = 0; purpose <= LINEAGE; purpose++)
        key[purpose] = mix(mix(mix(kind, (uint64_t)element), (uint64_t)purpose), seed_of_run);
}

static void set_keys(void) {
    for (int l = 0; l < lines; l++) keys_of(line[l].key, 1, l);
    for (int n = 0; n < nodes; n++) keys_of(node[n].key, 2, n);
    for (int s = 0; s < streams; s++) keys_of(stream[s].key, 3, s);
    for (int f = 0; f < failures; f++) keys_of(failure[f].key, 4, f);
    for (int column = 0; column < COLUMNS; column++) columns[column] = mix(0, (uint64_t)column);
    written = 0;
}
#endif

static void prepare(void) {
    now = latency = 0.0;
    waiting = 0;
    scheduled = 0;
    sent = retransmissions = events = 0;
#ifdef KEYED
    set_keys();
#else
    kept = 0;
#endif
    for (int how = 0; how < ENDS; how++) ends[how] = 0;
    for (int m = 0; m < messages; m++) {
        message[m].token = 0;
        message[m].next = m + 1 < messages ? m + 1 : -1;
    }
    free_message = 0;
    for (int l = 0; l < lines; l++) {
        line[l].failures = line[l].busy = 0;
        line[l].last_arrival = 0.0;
        clear(&line[l].queue);
        for (int place = 0; place < PLACES; place++) clear(&line[l].carried[place]);
    }
    for (int n = 0; n < nodes; n++) {
        node[n].busy = node[n].failures = 0;
        clear(&node[n].queue);
        clear(&node[n].carried);
    }
    for (int s = 0; s < streams; s++) {
        double phase = stream[s].phase;
        if (phase < 0.0) phase = stream[s].interval * CHANCE(KEY(&stream[s], PHASE), 0, 0);
        stream[s].made = 0;
        if (stream[s].start + phase < stream[s].end) schedule(stream[s].start + phase, CREATE, s, 0, 0);
    }
    for (int f = 0; f < failures; f++) {
        Failure *it = &failure[f];
        it->times = 0;
        if (it->mttr == 0.0) schedule(it->down, FAIL, f, 0, 0);
        else if (CHANCE(KEY(it, PHASE), 0, 0) < it->mttr / (it->mtbf + it->mttr)) schedule(0.0, FAIL, f, 0, 0);
        else schedule(-it->mtbf * log(CHANCE(KEY(it, STARTS), 0, 0)), FAIL, f, 0, 0);
    }
}

static void run(void) {
    while (waiting && heap[0].time < end_of_run) {
        Event event = take();
        now = event.time;
        if (event.kind >= SENT && event.kind <= RETRY && message[event.b].token != event.token) continue;
        events++;
        if (event.kind >= SENT && event.kind <= RETRY)
            NOTE(event.kind, event.a, message[event.b].number, now - message[event.b].created);
        else
            NOTE(event.kind, event.a, event.kind == CREATE ? (int)sent : -1, 0.0);
        switch (event.kind) {
        case CREATE: on_create(event.a); break;
        case SENT: on_sent(event.a, event.b); break;
        case ARRIVED: on_arrived(event.a, event.b); break;
        case SERVED: on_served(event.a, event.b); break;
        case RETRY: enqueue(event.a, event.b); break;
        case FAIL: on_fail(event.a); break;
        default: on_repair(event.a);
        }
    }
    ends[IN_FLIGHT] = sent;
    for (int how = 0; how < IN_FLIGHT; how++) ends[IN_FLIGHT] -= ends[how];
#ifdef KEYED
    hash_rows();
#endif
}

static unsigned long long hash_of_log(void) { /* 0 without a log */
    uint64_t hash = 0;
#ifdef KEYED
    for (int column = 0; column < COLUMNS; column++) hash = mix(hash, columns[column]);
#endif
    return hash;
}

static double number(void) {
    double value;
    if (scanf("%lf", &value) != 1) {
        fputs("the network ends too early\n", stderr);
        exit(1);
    }
    return value;
}

static int whole(void) { return (int)number(); }

static Delay delay(void) {
    Delay read;
    read.kind = whole();
    read.first = number();
    read.second = number();
    return read;
}

static void read_network(void) {
    end_of_run = number();
    nodes = whole();
    node = must(calloc((size_t)nodes + 1, sizeof *node));
    for (int n = 0; n < nodes; n++) {
        node[n].servers = whole();
        node[n].limit = whole();
        node[n].service = delay();
    }
    lines = whole();
    line = must(calloc((size_t)lines + 1, sizeof *line));
    for (int l = 0; l < lines; l++) {
        Line *here = &line[l];
        here->head = whole();
        here->bps = number();
        here->propagation = number();
        here->jitter = delay();
        here->keep_order = whole();
        here->loss = number();
        here->timeout = number();
        here->attempts = whole();
        here->limit = whole();
    }
    streams = whole();
    stream = must(calloc((size_t)streams + 1, sizeof *stream));
    for (int s = 0; s < streams; s++) {
        Stream *of = &stream[s];
        of->start = number();
        of->end = number();
        of->interval = number();
        of->phase = number();
        of->bits = number();
        of->source = whole();
        of->hops = whole();
        of->way = must(calloc((size_t)of->hops + 1, sizeof *of->way));
        for (int hop = 0; hop < of->hops; hop++) of->way[hop] = whole();
    }
    failures = whole();
    failure = must(calloc((size_t)failures + 1, sizeof *failure));
    for (int f = 0; f < failures; f++) {
        Failure *it = &failure[f];
        it->down = number();
        it->up = number();
        it->mtbf = number();
        it->mttr = number();
        it->node = whole();
        it->count = whole();
        for (int i = 0; i < it->count; i++) it->lines[i] = whole();
    }
}

static double processor_seconds(void) { return (double)clock() / CLOCKS_PER_SEC; }

int main(int count, char **arguments) {
    if (count != 4) {
        fputs("usage: network SEED FIRST REPLICATIONS < network.txt\n", stderr);
        return 2;
    }
    uint64_t seed = strtoull(arguments[1], NULL, 10);
    long first = strtol(arguments[2], NULL, 10), replications = strtol(arguments[3], NULL, 10);
    read_network();
    messages = 1024;
    message = must(malloc((size_t)messages * sizeof *message));
    room = 1024;
    heap = must(malloc(room * sizeof *heap));
    for (long replication = first; replication < first + replications; replication++) {
        double started = processor_seconds();
        state = seed + 0xD1B54A32D192ED03u * (uint64_t)(replication + 1);
        state = next64();
#ifdef KEYED
        seed_of_run = state;
#endif
        prepare();
        run();
        printf("%.9f %ld %ld %ld %ld %ld %ld %ld %ld %ld %.17g %llx\n", processor_seconds() - started, events, sent,
               ends[DELIVERED], ends[QUEUE_FULL], ends[LOST], ends[LINK_DOWN], ends[NODE_DOWN],
               ends[IN_FLIGHT], retransmissions, ends[DELIVERED] ? latency / ends[DELIVERED] : 0.0,
               hash_of_log());
    }
    return 0;
}
