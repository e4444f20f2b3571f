/* A detector in plain C: reads of member data by one key, against what that key did before.
 *
 * For each key the count n of a window is judged against the mean m of the windows before, and only then learnt:
 *   score = (n - m)^2 / (m + 1) where n > m,   m <- m + weight (n - m).
 * A key that was never seen before has m = 0. Keys beyond the room there is share the last place.
 */
#include <dwell_detector.h>
#include <stdlib.h>
#include <string.h>

enum { kKeys = 1024 };

typedef struct {
  uint32_t key;
  uint32_t count; /* in this window */
  double mean;
} slot;

typedef struct {
  double weight;
  uint32_t used;
  slot slots[kKeys];
} key_burst;

static int create(const dwell_setting* setting, void** instance) {
  key_burst* self = calloc(1, sizeof *self);
  if (self == NULL) return 1;
  self->weight = setting->parameters[0];
  *instance = self;
  return 0;
}

static void destroy(void* instance) { free(instance); }

/* Rows come in runs of the same few keys: the last one found is tried first by the caller. */
static slot* find(key_burst* self, uint32_t key) {
  uint32_t i;
  for (i = 0; i < self->used; ++i) {
    if (self->slots[i].key == key) return &self->slots[i];
  }
  if (self->used == kKeys) return &self->slots[kKeys - 1];
  self->slots[self->used].key = key;
  return &self->slots[self->used++];
}

static int observe(void* instance, const dwell_batch* batch) {
  key_burst* self = instance;
  /* The one column that was asked for below. */
  const uint32_t* keys = batch->columns[0].data;
  slot* last = NULL;
  uint64_t i;
  for (i = 0; i < batch->rows; ++i) {
    if (last == NULL || last->key != keys[i]) last = find(self, keys[i]);
    ++last->count;
  }
  return 0;
}

static int close_window(void* instance, const dwell_window* window, dwell_score* scores, uint64_t capacity,
                        uint64_t* count) {
  key_burst* self = instance;
  uint64_t given = 0;
  uint32_t i;
  for (i = 0; i < self->used; ++i) {
    slot* s = &self->slots[i];
    const double excess = (double)s->count - s->mean;
    const double score = excess > 0 ? excess * excess / (s->mean + 1) : 0;
    if (score > window->floor && given < capacity) {
      dwell_score* out = &scores[given++];
      out->entity.kind = DWELL_KEY;
      out->entity.reserved = 0;
      out->entity.id = s->key;
      out->value = score;
    }
    s->mean += self->weight * excess;
    s->count = 0;
  }
  *count = given;
  return 0;
}

static int save(const void* instance, void* bytes, uint64_t capacity, uint64_t* size) {
  *size = sizeof(key_burst);
  if (capacity >= sizeof(key_burst)) memcpy(bytes, instance, sizeof(key_burst));
  return 0;
}

static int restore(void* instance, const void* bytes, uint64_t size) {
  if (size != sizeof(key_burst)) return 1;
  memcpy(instance, bytes, sizeof(key_burst));
  return 0;
}

static const dwell_parameter kParameters[] = {{"weight", "share of a new window in the mean", 0.02, 0.0001, 1}};

static const dwell_detector kKeyBurst = {
    .struct_size = sizeof(dwell_detector),
    .tier = 0,
    .name = "key-burst",
    .summary = "reads of member data by one key, against its own mean",
    .paper = "an example",
    .topics = "access",
    .pages = "member-data",
    .columns = "access.key",
    .memory_bound_bytes = 1 << 20,
    .time_bound_ns = 100,
    .parameters = kParameters,
    .parameter_count = 1,
    .create = create,
    .destroy = destroy,
    .observe = observe,
    .close = close_window,
    .save = save,
    .restore = restore,
};

static const dwell_detector* const kDetectors[] = {&kKeyBurst};
static const dwell_library kLibrary = {DWELL_DETECTOR_ABI, sizeof(dwell_library), 1, kDetectors};

const dwell_library* dwell_detector_library(void) { return &kLibrary; }
