#include "sim/background/background.hpp"
#include "sim/background/slotted.hpp"
#include "sim/core/samplers.hpp"

namespace dwell::background {
namespace {

using telemetry::ComplaintKind;
constexpr ComplaintKind kKinds[] = {ComplaintKind::threatening_mail, ComplaintKind::phishing, ComplaintKind::other};
constexpr double kKindShares[] = {0.04, 0.46, 0.50};

/// Poisson over the day's rhythm; one timer per complaint.
class Complaints final : public kernel::Process {
 public:
  Complaints(const ComplaintParams& params, const Surroundings& around, telemetry::PlatformRows* out)
      : around_(around), out_(out), kinds_(kKindShares), hour_(mean_one(around.hour)) {
    for (const double level : hour_) peak_ = level > peak_ ? level : peak_;
    per_day_ = out == nullptr ? 0 : params.per_day * around.scale;
  }
  [[nodiscard]] std::string_view name() const override { return "complaints"; }
  [[nodiscard]] bool every_window() const override { return false; }
  void start(kernel::Context& context) override { schedule_next(context, Time{}); }
  void handle(kernel::Context& context, kernel::Events& events) override {
    while (events.next() != nullptr) {
      const std::int64_t now = context.now().us;
      RandomStream random(around_.seed, ordinal_, purpose("complaints.complaint"));
      const std::uint32_t member = draw_existing(around_, random).value;
      out_->complaints.push({now, now, member, static_cast<std::uint8_t>(kKinds[kinds_.draw(random.next32())])},
                            kBackground);
      schedule_next(context, context.now());
    }
  }
  void save(ByteWriter& writer) const override { writer.put(ordinal_); }
  Status restore(ByteReader& reader) override {
    ordinal_ = reader.get<std::uint32_t>();
    return success();
  }

 private:
  /// Thinning (Lewis and Shedler 1979): candidates at the peak hour's rate, kept in proportion to their hour's.
  void schedule_next(kernel::Context& context, Time at) {
    if (per_day_ <= 0) return;
    const Time end = Time{} + Duration::days(around_.days);
    const double mean_gap = static_cast<double>(Duration::days(1).us) / (per_day_ * peak_);
    while (at < end) {
      RandomStream random(around_.seed, ++ordinal_, purpose("complaints.gap"));
      const double gap = sample_exponential(random, mean_gap);
      if (gap >= static_cast<double>((end - at).us)) return;
      at = at + Duration{static_cast<std::int64_t>(gap)};
      if (random.uniform() * peak_ >= hour_[static_cast<std::size_t>(at.hour() % 24)]) continue;
      context.schedule(at, static_cast<unsigned>(protocol::Priority::calendar), 0);
      return;
    }
  }

  Surroundings around_;
  telemetry::PlatformRows* out_;
  AliasTable kinds_;
  std::array<double, 24> hour_;
  double peak_ = 0;
  double per_day_ = 0;
  std::uint32_t ordinal_ = 0;
};

}  // namespace

std::unique_ptr<kernel::Process> make_complaints(const ComplaintParams& params, const Surroundings& around,
                                                 telemetry::PlatformRows* out) {
  return std::make_unique<Complaints>(params, around, out);
}

}  // namespace dwell::background
