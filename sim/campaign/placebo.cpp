#include <algorithm>

#include "sim/campaign/campaign.hpp"
#include "sim/campaign/schedule.hpp"
#include "sim/core/random.hpp"
#include "sim/core/samplers.hpp"
#include "sim/protocol/messages.hpp"

namespace dwell::campaign {
namespace {

constexpr auto kTimer = static_cast<unsigned>(protocol::Priority::calendar);
// The schedule serves as a distribution function here; its resolution is one part of this.
constexpr std::uint64_t kParts = std::uint64_t{1} << 52;

class Placebo final : public kernel::Process {
 public:
  explicit Placebo(const PlaceboSetting& setting)
      : setting_(setting), left_(static_cast<std::uint64_t>(std::max(0.0, setting.visits_in_all) + 0.5)) {}
  [[nodiscard]] std::string_view name() const override { return "placebo"; }
  [[nodiscard]] bool every_window() const override { return false; }

  void start(kernel::Context& context) override {
    if (left_ == 0 || setting_.length.us <= 0) return;
    const Time onset = std::max(setting_.onset, Time{} + context.lookahead());
    make_schedule(onset);
    context.schedule(onset - context.lookahead(), kTimer, 0);
  }

  void handle(kernel::Context& context, kernel::Events& events) override {
    while (events.next() != nullptr) plan(context);
  }
  void save(ByteWriter& writer) const override {
    writer.put(!schedule_.empty());
    writer.put(schedule_.empty() ? std::int64_t{0} : schedule_[0].begin().us);
    writer.put(left_);
    writer.put(slot_);
    writer.put(ordinal_);
  }
  Status restore(ByteReader& reader) override {
    const bool scheduled = reader.get<bool>();
    const Time onset{reader.get<std::int64_t>()};
    if (scheduled && setting_.length.us > 0) make_schedule(onset);
    left_ = reader.get<std::uint64_t>();
    slot_ = reader.get<std::uint32_t>();
    ordinal_ = reader.get<std::uint32_t>();
    return success();
  }

 private:
  void make_schedule(Time onset) {
    const Rhythm rhythm{setting_.hour, setting_.day_factor};
    // A hump of level 1: the platform's rhythm alone.
    schedule_.emplace_back(onset, onset + setting_.length, kParts, Pace::rhythm, 1.0, 1.0, rhythm);
  }

  /// Moments drawn independently fall into a slot as a binomial share of those that are left.
  void plan(kernel::Context& context) {
    const Schedule& schedule = schedule_[0];
    const Time from = context.now() + context.lookahead();
    const Time to = std::min(slot_end(from), schedule.end());
    const std::uint64_t before = schedule.due(from);
    const auto here = static_cast<double>(schedule.due(to) - before);
    const double share = to == schedule.end() ? 1 : here / static_cast<double>(kParts - before);
    RandomStream random(setting_.seed, setting_.origin.value, purpose("placebo.visits"), slot_++);
    const std::uint64_t n = sample_binomial(random, left_, std::clamp(share, 0.0, 1.0));
    for (std::uint64_t i = 0; i < n; ++i) {
      const Time at = from + Duration{random.below(static_cast<std::uint32_t>((to - from).us))};
      const std::uint32_t shard = random.below(setting_.shards);
      context.send({shard}, at, static_cast<unsigned>(protocol::Priority::visit),
                   kernel::pack(protocol::Visit{ordinal_++, setting_.origin}));
    }
    left_ -= n;
    if (to < schedule.end()) context.schedule(to - context.lookahead(), kTimer, 0);
  }

  PlaceboSetting setting_;
  std::uint64_t left_;
  std::vector<Schedule> schedule_;
  std::uint32_t slot_ = 0;
  std::uint32_t ordinal_ = 0;
};

}  // namespace

std::unique_ptr<kernel::Process> make_placebo(const PlaceboSetting& setting) {
  return std::make_unique<Placebo>(setting);
}

}  // namespace dwell::campaign
