// Detectors that do what a detector must not, each in its own way, some windows into a run.
#include <dwell_detector.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace {

constexpr std::int64_t kFrom = 100;  // window

struct Instance {
  std::vector<char*> leaked;
};

using Close = int (*)(const dwell_window& window, dwell_score* scores, std::uint64_t capacity, std::uint64_t* count);

int create(const dwell_setting*, void** instance) {
  *instance = new Instance;
  return 0;
}
int refuse(const dwell_setting*, void**) { return 7; }
void destroy(void* instance) { delete static_cast<Instance*>(instance); }
int observe(void*, const dwell_batch*) { return 0; }
int quiet(void*, const dwell_window*, dwell_score*, std::uint64_t, std::uint64_t* count) {
  *count = 0;
  return 0;
}
int save(const void*, void*, std::uint64_t, std::uint64_t* size) {
  *size = 0;
  return 0;
}
int save_and_die(const void*, void*, std::uint64_t, std::uint64_t*) { std::abort(); }
int restore(void*, const void*, std::uint64_t) { return 0; }
const char* words(const void*) { return "it did not like the window"; }

template <Close fault>
int close(void*, const dwell_window* window, dwell_score* scores, std::uint64_t capacity, std::uint64_t* count) {
  *count = 0;
  return window->index < kFrom ? 0 : fault(*window, scores, capacity, count);
}

int crash(const dwell_window&, dwell_score*, std::uint64_t, std::uint64_t*) { std::abort(); }
int throws(const dwell_window&, dwell_score*, std::uint64_t, std::uint64_t*) {
  throw std::runtime_error("thrown across the interface");
}
int loop(const dwell_window&, dwell_score*, std::uint64_t, std::uint64_t*) {
  for (volatile bool on = true; on;) {
  }
  return 0;
}
int leave(const dwell_window&, dwell_score*, std::uint64_t, std::uint64_t*) { ::_exit(0); }
int complain(const dwell_window&, dwell_score*, std::uint64_t, std::uint64_t*) { return 3; }
int give_nan(const dwell_window&, dwell_score* scores, std::uint64_t, std::uint64_t* count) {
  scores[0] = {{DWELL_KEY, 0, 5}, std::nan("")};
  *count = 1;
  return 0;
}
int unknown_kind(const dwell_window&, dwell_score* scores, std::uint64_t, std::uint64_t* count) {
  scores[0] = {{99, 0, 5}, 1.0};
  *count = 1;
  return 0;
}
int no_page(const dwell_window&, dwell_score* scores, std::uint64_t, std::uint64_t* count) {
  scores[0] = {{DWELL_PAGE, 0, 99}, 1.0};
  *count = 1;
  return 0;
}
int no_address(const dwell_window&, dwell_score* scores, std::uint64_t, std::uint64_t* count) {
  scores[0] = {{DWELL_SOURCE, 0, std::uint64_t{1} << 40}, 1.0};
  *count = 1;
  return 0;
}
/// No fault when all is well: a child must neither hold the wire nor be able to leave the group and outlive the run.
int fork_once(const dwell_window&, dwell_score*, std::uint64_t, std::uint64_t*) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit((::fcntl(3, F_GETFD) >= 0 ? 1 : 0) + (::setsid() >= 0 ? 2 : 0));
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}
int too_many(const dwell_window&, dwell_score*, std::uint64_t capacity, std::uint64_t* count) {
  *count = capacity + 1;
  return 0;
}
/// Writes into the wire, as if it knew better.
int babble(const dwell_window&, dwell_score*, std::uint64_t, std::uint64_t*) {
  const char nonsense[] = "this is no answer\n";
  return ::write(3, nonsense, sizeof nonsense - 1) > 0 ? 0 : 1;
}
int leak(void* instance, const dwell_window* window, dwell_score*, std::uint64_t, std::uint64_t* count) {
  *count = 0;
  if (window->index < kFrom) return 0;
  constexpr std::size_t kBytes = 4U << 20;
  auto* const more = new char[kBytes];
  std::memset(more, static_cast<int>(window->index), kBytes);
  static_cast<Instance*>(instance)->leaked.push_back(more);
  return 0;
}

dwell_detector make(const char* name) {
  dwell_detector d{};
  d.struct_size = sizeof d;
  d.name = name;
  d.summary = "a fault";
  d.paper = "none";
  d.columns = "access.key";
  d.memory_bound_bytes = 1 << 20;
  d.time_bound_ns = 1000;
  d.create = create;
  d.destroy = destroy;
  d.observe = observe;
  d.close = quiet;
  d.save = save;
  d.restore = restore;
  return d;
}

dwell_detector with_close(const char* name, decltype(dwell_detector::close) close_of) {
  dwell_detector d = make(name);
  d.close = close_of;
  return d;
}

std::vector<dwell_detector> make_all() {
  std::vector<dwell_detector> all = {
      with_close("crash", close<crash>),
      with_close("throw", close<throws>),
      with_close("loop", close<loop>),
      with_close("leave", close<leave>),
      with_close("error", close<complain>),
      with_close("nan", close<give_nan>),
      with_close("kind", close<unknown_kind>),
      with_close("page", close<no_page>),
      with_close("address", close<no_address>),
      with_close("fork", close<fork_once>),
      with_close("many", close<too_many>),
      with_close("babble", close<babble>),
      with_close("leak", leak),
      make("no-instance"),
      make("no-save"),
      make("dies-saving"),
      make("bad-topic"),
      make("bad-bound"),
  };
  for (dwell_detector& d : all) {
    const auto is = [&](const char* name) { return std::strcmp(d.name, name) == 0; };
    if (is("error")) d.last_error = words;
    if (is("no-instance")) d.create = refuse;
    if (is("no-save")) d.save = nullptr;
    if (is("no-save")) d.restore = nullptr;
    if (is("dies-saving")) d.save = save_and_die;
    if (is("bad-topic")) d.topics = "acess";
    if (is("bad-bound")) d.memory_bound_bytes = 0;
  }
  return all;
}

}  // namespace

extern "C" const dwell_library* dwell_detector_library() {
  static const std::vector<dwell_detector> all = make_all();
  static const std::vector<const dwell_detector*> list = [] {
    std::vector<const dwell_detector*> pointers;
    for (const dwell_detector& d : all) pointers.push_back(&d);
    return pointers;
  }();
  static const dwell_library library = {DWELL_DETECTOR_ABI, sizeof(dwell_library), list.size(), list.data()};
  return &library;
}
