#include <algorithm>

#include "sim/background/background.hpp"
#include "sim/core/samplers.hpp"

namespace dwell::background {
namespace {

using telemetry::ComplaintKind;
constexpr ComplaintKind kKinds[] = {ComplaintKind::threatening_mail, ComplaintKind::phishing, ComplaintKind::other};
constexpr auto kTimer = static_cast<unsigned>(protocol::Priority::calendar);

/// Where customers complain. Without any leak: Poisson over the day's rhythm, one timer a complaint, for every day and
/// once more for the surplus of every surge. With one: what Reports say.
class Complaints final : public kernel::Process {
 public:
  Complaints(const ComplaintParams& params, const Surroundings& around, telemetry::PlatformRows* out)
      : around_(around), out_(out), hour_(mean_one(around.hour)) {
    const double other = std::max(0.0, 1 - params.threatening - params.phishing);
    kinds_ = AliasTable(std::array<double, 3>{params.threatening, params.phishing, other});
    peak_ = *std::max_element(hour_.begin(), hour_.end());
    const double per_day = params.on && out != nullptr ? params.per_day * around.scale : 0;
    const Time end = Time{} + Duration::days(around.days);
    streams_.push_back({Time{}, end, per_day});
    for (const ComplaintSurge& surge : params.surges) {
      const Time first = std::max(Time{}, midnight(around, surge.first));
      const Time last = std::min(end, midnight(around, surge.last) + Duration::days(1));
      streams_.push_back({first, last, per_day * (surge.factor - 1)});
    }
  }
  [[nodiscard]] std::string_view name() const override { return "complaints"; }
  [[nodiscard]] bool every_window() const override { return false; }
  void start(kernel::Context& context) override {
    for (std::uint32_t s = 0; s < streams_.size(); ++s) schedule_next(context, s, streams_[s].begin);
  }
  void handle(kernel::Context& context, kernel::Events& events) override {
    while (const kernel::Event* const event = events.next()) {
      if (event->priority() == static_cast<unsigned>(protocol::Priority::report)) {
        report(context, kernel::unpack<protocol::Report>(context.take(event->data)));
        continue;
      }
      const std::uint32_t s = event->data;
      RandomStream random(around_.seed, streams_[s].ordinal, purpose("complaints.complaint"), s);
      const MemberId member = draw_existing(around_, random);
      complain(context.now(), member, kKinds[kinds_.draw(random.next32())], kBackground);
      schedule_next(context, s, context.now());
    }
  }
  void save(ByteWriter& writer) const override {
    for (const Stream& stream : streams_) writer.put(stream.ordinal);
  }
  Status restore(ByteReader& reader) override {
    for (Stream& stream : streams_) stream.ordinal = reader.get<std::uint32_t>();
    return success();
  }

 private:
  struct Stream {
    Time begin, end;
    double per_day = 0;
    std::uint32_t ordinal = 0;  // of candidates
  };

  void complain(Time at, MemberId member, ComplaintKind kind, Origin origin) {
    if (out_ == nullptr) return;
    out_->complaints.push({at.us, at.us, member.value, static_cast<std::uint8_t>(kind)}, origin);
  }

  void report(const kernel::Context& context, const protocol::Report& report) {
    const bool threat = report.misuse == protocol::Misuse::threatening_mail;
    complain(context.now(), report.member, threat ? ComplaintKind::threatening_mail : ComplaintKind::phishing,
             report.origin);
  }

  /// Thinning (Lewis and Shedler 1979): candidates at the peak hour's rate, kept in proportion to their hour's.
  void schedule_next(kernel::Context& context, std::uint32_t s, Time at) {
    Stream& stream = streams_[s];
    if (stream.per_day <= 0) return;
    const double mean_gap = static_cast<double>(Duration::days(1).us) / (stream.per_day * peak_);
    while (at < stream.end) {
      RandomStream random(around_.seed, ++stream.ordinal, purpose("complaints.gap"), s);
      const double gap = sample_exponential(random, mean_gap);
      if (gap >= static_cast<double>((stream.end - at).us)) return;
      at = at + Duration{static_cast<std::int64_t>(gap)};
      if (random.uniform() * peak_ >= hour_[static_cast<std::size_t>(at.hour() % 24)]) continue;
      context.schedule(at, kTimer, s);
      return;
    }
  }

  Surroundings around_;
  telemetry::PlatformRows* out_;
  AliasTable kinds_;
  std::array<double, 24> hour_;
  double peak_ = 0;
  std::vector<Stream> streams_;  // every day's, then the surplus of each surge
};

}  // namespace

std::unique_ptr<kernel::Process> make_complaints(const ComplaintParams& params, const Surroundings& around,
                                                 telemetry::PlatformRows* out) {
  return std::make_unique<Complaints>(params, around, out);
}

}  // namespace dwell::background
