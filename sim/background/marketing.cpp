#include <algorithm>

#include "sim/background/background.hpp"
#include "sim/background/service_jobs.hpp"
#include "sim/core/digest.hpp"

namespace dwell::background {
namespace {

constexpr Duration kOpening = Duration::hours(9);
constexpr Duration kClosing = Duration::hours(18);
constexpr std::uint32_t kFirstHost = 1U << 13;  // apart from those of other jobs

/// A mailing of the run.
struct Job {
  Time first;  // midnight
  std::int64_t days = 1;
  std::uint64_t reads = 0;
  protocol::Subscriber from{};
  KeyId key{};
  KeyedPermutation order;    // of ids: a segment is in no order
  std::uint64_t cursor = 0;  // place in it
  std::uint32_t done = 0;
};

class Marketing final : public ServiceJobs {
 public:
  Marketing(const MarketingParams& params, const Surroundings& around, telemetry::PlatformRows* out)
      : ServiceJobs("marketing", around, out), params_(params) {
    if (!params.on) return;
    const KeyChoice keys(keys_of(*around.keys, protocol::KeyUse::service, false, false));
    for (std::uint32_t number = 0; number < params.mailings.size(); ++number) {
      const Mailing& mailing = params.mailings[number];
      RandomStream random(around.seed, number, purpose("marketing.mailing"));
      const KeyId key = keys.draw(random.next32());
      const auto from = host(protocol::NetworkKind::internal, random.next32(), kFirstHost + random.below(4));
      jobs_.push_back(
          {midnight(around, mailing.first), std::int64_t{mailing.last.days} - mailing.first.days + 1,
           static_cast<std::uint64_t>(mailing.reads * around.scale + 0.5), from, key,
           KeyedPermutation(Seed{mix64(around.seed.value, number)}, purpose("marketing.order"), around.ids)});
    }
  }

 private:
  void plan(kernel::Context& context, const Slot& slot) override {
    audit_.ship(context.now());
    for (std::uint32_t number = 0; number < jobs_.size(); ++number) work(context, slot, number);
  }

  void save_state(ByteWriter& writer) const override {
    ServiceJobs::save_state(writer);
    for (const Job& job : jobs_) {
      writer.put(job.cursor);
      writer.put(job.done);
    }
  }
  void restore_state(ByteReader& reader) override {
    ServiceJobs::restore_state(reader);
    for (Job& job : jobs_) {
      job.cursor = reader.get<std::uint64_t>();
      job.done = reader.get<std::uint32_t>();
    }
  }

  /// Reads due by a moment: even over the working hours of the mailing's days.
  static std::uint64_t due_by(const Job& job, Time at) {
    if (at <= job.first) return 0;
    const std::int64_t day = (at - job.first) / Duration::days(1);
    if (day >= job.days) return job.reads;
    const Duration today = (at - job.first) % Duration::days(1);
    const Duration worked = std::clamp(today, kOpening, kClosing) - kOpening;
    const Duration length = kClosing - kOpening;
    return due(job.reads, Time{}, Time{} + length * job.days, Time{} + length * day + worked);
  }

  void work(kernel::Context& context, const Slot& slot, std::uint32_t number) {
    Job& job = jobs_[number];
    // Counted from what was done, so a mailing that began before the run begins with the run's share of it.
    if (slot.index == 0) job.done = static_cast<std::uint32_t>(due_by(job, slot.begin));
    const std::uint64_t reads = due_by(job, slot.end()) - due_by(job, slot.begin);
    const Time today = Time{} + Duration::days(slot.begin.day());
    const Time from = std::max(slot.begin, today + kOpening);
    const Duration span = std::min(slot.end(), today + kClosing) - from;
    for (std::uint64_t i = 0; i < reads; ++i) {
      RandomStream random(around_.seed, number, purpose("marketing.read"), job.done++);
      const MemberId member = next_member(job, random.uniform() < params_.stale);
      const TokenId token = make_token(around_.seed, number, purpose("marketing.token"), job.done);
      const Time at = from + spread(span, i, reads, random.next32());
      read(context, at, {at, member, job.from, Page::profile, true, job.key, token});
    }
  }

  MemberId next_member(Job& job, bool stale) const {
    MemberId member{1};
    for (std::uint64_t tried = 0; tried < around_.ids; ++tried) {
      member = {static_cast<std::uint32_t>(job.order(job.cursor++ % around_.ids) + 1)};
      if (around_.exists(member) != stale) break;
    }
    return member;
  }

  MarketingParams params_;
  std::vector<Job> jobs_;
};

}  // namespace

std::unique_ptr<kernel::Process> make_marketing(const MarketingParams& params, const Surroundings& around,
                                                telemetry::PlatformRows* out) {
  return std::make_unique<Marketing>(params, around, out);
}

}  // namespace dwell::background
