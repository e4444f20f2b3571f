#pragma once
/* The C interface of a detector in a shared library, version 1.
 *
 * A library exports one function, `dwell_detector_library`, that returns a table which lives as long as the library.
 * Everything else is reached from there: no globals, any number of instances, each used by one thread at a time.
 *
 * For each window of one minute Dwell calls
 *   observe   with the rows of one topic, any number of times, in order of ingestion (none: no rows);
 *   close     once: the detector scores the window against what it had learnt before, and only then learns from it.
 *
 * Rules
 * - A pointer that Dwell passes is valid during that call only. Strings are UTF-8 and end with a zero.
 * - The same calls give the same scores: coins are a function of (seed, entity, window), and neither the size nor the
 *   number of the batches that a window comes in may matter.
 * - A score is larger when more suspicious, and never NaN. It names one entity. At most `capacity` of them a window.
 * - A function that returns an int returns 0 for success; anything else ends the instance, and `last_error` is asked
 *   for the words. No exception and no type of a library crosses this interface.
 * - `save` writes all state, `restore` takes it back into a new instance of the same setting. Detectors are scored in
 *   several views of one run, which are copies made this way: a detector without them cannot be scored.
 * - Every structure begins with its size as its maker knew it. Later versions only append members.
 */
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DWELL_DETECTOR_ABI 1u

/* What a score points at. */
enum {
  DWELL_PLATFORM = 0, /* the platform as a whole; id 0 */
  DWELL_KEY = 1,      /* access.key */
  DWELL_SOURCE = 2,   /* access.source: an IPv4 address as a number */
  DWELL_NETWORK = 3,  /* access.network */
  DWELL_COUNTRY = 4,  /* access.country */
  DWELL_PAGE = 5,     /* access.page */
  DWELL_ACCOUNT = 6,  /* access.member */
  DWELL_AGENT = 7     /* audit.agent */
};

typedef struct dwell_entity {
  uint32_t kind;
  uint32_t reserved; /* 0 */
  uint64_t id;
} dwell_entity;

typedef struct dwell_score {
  dwell_entity entity;
  double value;
} dwell_score;

/* Types of columns; their values are little-endian. */
enum { DWELL_I64 = 1, DWELL_U64 = 2, DWELL_U32 = 3, DWELL_U16 = 4, DWELL_U8 = 5 };

/* One column of a batch: `rows` values, aligned to 64 bytes. `dwell schema telemetry` lists names and meanings. */
typedef struct dwell_column {
  const char* name;
  const void* data;
  uint32_t type;
  uint32_t width_bytes;
} dwell_column;

typedef struct dwell_batch {
  uint32_t struct_size;
  uint32_t column_count;
  const char* topic; /* "access", "auth", ... */
  uint64_t rows;
  const dwell_column* columns; /* in the order of the schema */
} dwell_batch;

typedef struct dwell_window {
  uint32_t struct_size;
  uint32_t reserved;
  int64_t index;    /* from 0 at the start of the run */
  int64_t begin_us; /* shifted by a whole number of weeks, like every time in the rows */
  int64_t end_us;
  double floor; /* scores at or below it can never matter */
} dwell_window;

/* A parameter with its default and the values it accepts. */
typedef struct dwell_parameter {
  const char* name;
  const char* meaning;
  double value;
  double least;
  double most;
} dwell_parameter;

typedef struct dwell_setting {
  uint32_t struct_size;
  uint32_t shards;
  uint64_t seed;
  int64_t windows_per_day;
  uint64_t members_expected; /* order of magnitude of the member ids in use */
  uint64_t events_per_day_expected;
  const double* parameters; /* one value for each of the detector's parameters, in its order */
} dwell_setting;

typedef struct dwell_detector {
  uint32_t struct_size;
  uint32_t tier;       /* 0 gateway log, 1 + tokens and logins, 2 + keys and staff, 3 + honey accounts */
  const char* name;    /* lower case, digits, hyphens */
  const char* summary; /* one line */
  const char* paper;   /* author and year, or the standard it follows */
  /* Lists with commas; NULL means the default. */
  const char* topics;          /* "access" (default), "auth", "keys", "workforce", "audit", "complaints", "deception" */
  const char* pages;           /* of access rows: "member-data" (default), "all", or names such as "address,profile" */
  const char* columns;         /* such as "access.key,access.member"; default: all of the topics */
  uint64_t memory_bound_bytes; /* an instance never holds more */
  double time_bound_ns;        /* core time an event takes at most */
  const dwell_parameter* parameters;
  uint32_t parameter_count;
  uint32_t reserved;

  int (*create)(const dwell_setting* setting, void** instance);
  void (*destroy)(void* instance);
  int (*observe)(void* instance, const dwell_batch* batch);
  int (*close)(void* instance, const dwell_window* window, dwell_score* scores, uint64_t capacity, uint64_t* count);
  /* Writes the state when `capacity` holds it; always sets `size` to what it takes. NULL: it cannot be scored. */
  int (*save)(const void* instance, void* bytes, uint64_t capacity, uint64_t* size);
  int (*restore)(void* instance, const void* bytes, uint64_t size);
  const char* (*last_error)(const void* instance); /* may be NULL; `instance` is NULL after a failed create */
  const void* (*extension)(const char* id);        /* tables beyond version 1, by id; may be NULL */
} dwell_detector;

typedef struct dwell_library {
  uint32_t abi_version; /* DWELL_DETECTOR_ABI; read before anything else */
  uint32_t struct_size;
  uint64_t detector_count;
  const dwell_detector* const* detectors;
} dwell_library;

/* The one symbol a library exports. */
#define DWELL_DETECTOR_LIBRARY_SYMBOL "dwell_detector_library"
#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
const dwell_library*
dwell_detector_library(void);

#ifdef __cplusplus
}
#endif
