#include "detectors/controls/constant.hpp"

#include <limits>

#include "detectors/common/described.hpp"

namespace dwell::detect {
namespace {

Descriptor blind(std::string name, std::string summary) {
  Descriptor d;
  d.name = std::move(name);
  d.summary = std::move(summary);
  d.topics = 0;
  d.pages = 0;
  d.memory_bound_bytes = 64;
  d.paper = "control";
  d.control = true;
  d.counts_only = true;
  return d;
}

class Constant final : public Described<Constant, ShardedDetector> {
 public:
  Constant(const Descriptor& descriptor, bool alerts) : Described(descriptor), alerts_(alerts) {}
  void observe(const WindowRows&, ShardState*, WindowTable&) const override {}
  void close(const WindowInfo&, const WindowRows&, const WindowTable&, Scores& scores) override {
    if (alerts_) scores.emit({EntityKind::platform, 0}, std::numeric_limits<double>::infinity());
  }
  void save(ByteWriter&) const override {}
  Status restore(ByteReader& reader) override { return restored(reader); }
  [[nodiscard]] std::uint64_t state_bytes() const override { return 0; }

 private:
  bool alerts_;
};

}  // namespace

Descriptor describe_never_alert() {
  return blind("never-alert", "never alerts: the cost and the score of doing nothing");
}
std::unique_ptr<Detector> make_never_alert(const Descriptor& descriptor, const Setting&) {
  return std::make_unique<Constant>(descriptor, false);
}

Descriptor describe_always_alert() { return blind("always-alert", "alerts at every window: exceeds every budget"); }
std::unique_ptr<Detector> make_always_alert(const Descriptor& descriptor, const Setting&) {
  return std::make_unique<Constant>(descriptor, true);
}

}  // namespace dwell::detect
