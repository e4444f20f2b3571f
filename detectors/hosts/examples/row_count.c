/* The least that a detector can be: the platform's requests of a window, all pages and all columns. To copy, and to see
 * what the wire costs:  taskset -c 0 ./dwell bench-kernel --threads 1 --detector ./build/librowcount.so:row-count
 */
#include <dwell_detector.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  uint64_t rows; /* of this window */
} row_count;

static int create(const dwell_setting* setting, void** instance) {
  (void)setting;
  *instance = calloc(1, sizeof(row_count));
  return *instance == NULL;
}

static void destroy(void* instance) { free(instance); }

static int observe(void* instance, const dwell_batch* batch) {
  ((row_count*)instance)->rows += batch->rows;
  return 0;
}

static int close_window(void* instance, const dwell_window* window, dwell_score* scores, uint64_t capacity,
                        uint64_t* count) {
  row_count* self = instance;
  const dwell_score score = {{DWELL_PLATFORM, 0, 0}, (double)self->rows};
  self->rows = 0;
  *count = score.value > window->floor && capacity > 0;
  if (*count != 0) scores[0] = score;
  return 0;
}

static int save(const void* instance, void* bytes, uint64_t capacity, uint64_t* size) {
  *size = sizeof(row_count);
  if (capacity >= *size) memcpy(bytes, instance, sizeof(row_count));
  return 0;
}

static int restore(void* instance, const void* bytes, uint64_t size) {
  if (size != sizeof(row_count)) return 1;
  memcpy(instance, bytes, sizeof(row_count));
  return 0;
}

static const dwell_detector kRowCount = {
    .struct_size = sizeof(dwell_detector),
    .name = "row-count",
    .summary = "requests of a window",
    .paper = "an example",
    .pages = "all",
    .memory_bound_bytes = 1 << 20,
    .time_bound_ns = 10,
    .create = create,
    .destroy = destroy,
    .observe = observe,
    .close = close_window,
    .save = save,
    .restore = restore,
};

static const dwell_detector* const kDetectors[] = {&kRowCount};
static const dwell_library kLibrary = {DWELL_DETECTOR_ABI, sizeof(dwell_library), 1, kDetectors};

const dwell_library* dwell_detector_library(void) { return &kLibrary; }
