// A detector in C++ behind the C interface: requests of a network for members who do not exist. Somebody who counts
// through member ids misses more often than customers, who know who they are.
//
// For each network, hits h and misses m of the windows before, both forgotten by a factor a window, give the share
// p = (m + 1) / (h + m + 20). A window with k misses among n requests scores k - n p, in standard deviations of the
// binomial: (k - n p) / sqrt(n p (1 - p) + 1). Scored first, learnt after.

#include <dwell_detector.h>

#include <cmath>
#include <cstring>
#include <exception>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

class MissRate {
 public:
  explicit MissRate(double keep) : keep_(keep) {}

  void observe(const dwell_batch& batch) {
    const auto* const networks = column<std::uint16_t>(batch, "network");
    const auto* const records = column<std::uint16_t>(batch, "records");
    for (std::uint64_t i = 0; i < batch.rows; ++i) {
      Network& network = networks_[networks[i]];
      ++network.requests;
      network.missed += records[i] == 0 ? 1 : 0;
    }
  }

  std::uint64_t close(const dwell_window& window, dwell_score* scores, std::uint64_t capacity) {
    std::uint64_t count = 0;
    for (auto& [id, network] : networks_) {
      if (network.requests > 0) {
        const double score = judge(network);
        if (score > window.floor && count < capacity) scores[count++] = {{DWELL_NETWORK, 0, id}, score};
      }
      network.learn(keep_);
    }
    return count;
  }

  std::vector<unsigned char> save() const {
    std::vector<unsigned char> bytes;
    for (const auto& [id, network] : networks_) {
      const auto* const raw_id = reinterpret_cast<const unsigned char*>(&id);
      bytes.insert(bytes.end(), raw_id, raw_id + sizeof id);
      const auto* const raw = reinterpret_cast<const unsigned char*>(&network);
      bytes.insert(bytes.end(), raw, raw + sizeof network);
    }
    return bytes;
  }

  void restore(const unsigned char* bytes, std::uint64_t size) {
    constexpr std::size_t kEntry = sizeof(std::uint64_t) + sizeof(Network);
    if (size % kEntry != 0) throw std::runtime_error("a state of another size");
    networks_.clear();
    for (std::uint64_t at = 0; at < size; at += kEntry) {
      std::uint64_t id = 0;
      std::memcpy(&id, bytes + at, sizeof id);
      std::memcpy(&networks_[id], bytes + at + sizeof id, sizeof(Network));
    }
  }

 private:
  struct Network {
    double hits = 0, misses = 0;             // of the windows before
    std::uint64_t requests = 0, missed = 0;  // in this window

    void learn(double keep) {
      misses = misses * keep + static_cast<double>(missed);
      hits = hits * keep + static_cast<double>(requests - missed);
      requests = missed = 0;
    }
  };

  static double judge(const Network& network) {
    const double p = (network.misses + 1) / (network.hits + network.misses + 20);
    const auto n = static_cast<double>(network.requests);
    return (static_cast<double>(network.missed) - n * p) / std::sqrt(n * p * (1 - p) + 1);
  }

  template <class T>
  static const T* column(const dwell_batch& batch, const char* name) {
    for (std::uint32_t c = 0; c < batch.column_count; ++c) {
      if (std::strcmp(batch.columns[c].name, name) == 0 && batch.columns[c].width_bytes == sizeof(T)) {
        return static_cast<const T*>(batch.columns[c].data);
      }
    }
    throw std::runtime_error(std::string("no column ") + name);
  }

  double keep_;
  std::map<std::uint64_t, Network> networks_;
};

// What crosses the interface: the detector and the words of its last error. No exception does.
struct Instance {
  MissRate detector;
  std::string error;
};

template <class Work>
int guarded(void* instance, Work work) {
  auto& self = *static_cast<Instance*>(instance);
  try {
    work(self.detector);
    return 0;
  } catch (const std::exception& problem) {
    self.error = problem.what();
  } catch (...) {
    self.error = "unknown";
  }
  return 1;
}

int create(const dwell_setting* setting, void** instance) {
  try {
    *instance = new Instance{MissRate(setting->parameters[0]), {}};
    return 0;
  } catch (...) {
    return 1;
  }
}
void destroy(void* instance) { delete static_cast<Instance*>(instance); }
int observe(void* instance, const dwell_batch* batch) {
  return guarded(instance, [&](MissRate& d) { d.observe(*batch); });
}
int close(void* instance, const dwell_window* window, dwell_score* scores, std::uint64_t capacity,
          std::uint64_t* count) {
  return guarded(instance, [&](MissRate& d) { *count = d.close(*window, scores, capacity); });
}
int save(const void* instance, void* bytes, std::uint64_t capacity, std::uint64_t* size) {
  return guarded(const_cast<void*>(instance), [&](const MissRate& d) {
    const std::vector<unsigned char> state = d.save();
    *size = state.size();
    if (capacity >= state.size() && !state.empty()) std::memcpy(bytes, state.data(), state.size());
  });
}
int restore(void* instance, const void* bytes, std::uint64_t size) {
  return guarded(instance, [&](MissRate& d) { d.restore(static_cast<const unsigned char*>(bytes), size); });
}
const char* last_error(const void* instance) {
  return instance == nullptr ? "out of memory" : static_cast<const Instance*>(instance)->error.c_str();
}

const dwell_parameter kParameters[] = {{"keep", "what a window leaves of those before", 0.9995, 0.5, 0.99999}};

dwell_detector describe() {
  dwell_detector d{};
  d.struct_size = sizeof d;
  d.tier = 0;
  d.name = "miss-rate";
  d.summary = "requests of a network for members who do not exist";
  d.paper = "an example";
  d.topics = "access";
  d.pages = "member-data";
  d.columns = "access.network,access.records";
  d.memory_bound_bytes = 32 << 20;
  d.time_bound_ns = 200;
  d.parameters = kParameters;
  d.parameter_count = 1;
  d.create = create;
  d.destroy = destroy;
  d.observe = observe;
  d.close = close;
  d.save = save;
  d.restore = restore;
  d.last_error = last_error;
  return d;
}

}  // namespace

extern "C" const dwell_library* dwell_detector_library() {
  static const dwell_detector detector = describe();
  static const dwell_detector* const list[] = {&detector};
  static const dwell_library library = {DWELL_DETECTOR_ABI, sizeof(dwell_library), 1, list};
  return &library;
}
