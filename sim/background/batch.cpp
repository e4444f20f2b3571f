#include <algorithm>

#include "sim/background/background.hpp"
#include "sim/background/service_jobs.hpp"

namespace dwell::background {
namespace {

/// An export that walks the ids upwards, going on where it stopped the last time.
struct Export {
  std::uint32_t number = 0;  // keys its draws
  Duration starts;           // after midnight
  Duration lasts;
  std::int64_t every_days = 1;
  std::int64_t first_day = 0;
  double reads = 0;  // a run, on average
  Page page = Page::address;
  bool leaves_out_honey = false;
  protocol::Subscriber from{};
  KeyId key{};
  std::uint32_t cursor = 0;  // last id looked at
  std::uint32_t done = 0;    // reads so far, over all runs
};

class Batch final : public ServiceJobs {
 public:
  Batch(const BatchParams& params, const Surroundings& around, telemetry::PlatformRows* out)
      : ServiceJobs("batch jobs", around, out), params_(params) {
    if (!params.on) return;
    const double scale = around.scale;
    const KeyChoice service(keys_of(*around.keys, protocol::KeyUse::service, false, false));
    add_export(0, Duration::hours(2), Duration::hours(2), 1, 0, params.nightly_reads * scale, Page::address, true,
               service);
    RandomStream random(around.seed, 1, purpose("batch.month"));
    add_export(1, Duration::hours(1), Duration::hours(4), 30, random.below(30), params.monthly_reads * scale,
               Page::profile, false, service);
  }

 private:
  void add_export(std::uint32_t number, Duration starts, Duration lasts, std::int64_t every_days,
                  std::int64_t first_day, double reads, Page page, bool leaves_out_honey, const KeyChoice& keys) {
    RandomStream random(around_.seed, number, purpose("batch.export"));
    Export job{number, starts, lasts, every_days, first_day, reads, page, leaves_out_honey};
    job.key = keys.draw(random.next32());
    job.from = host(protocol::NetworkKind::internal, random.next32(), number);
    job.cursor = random.below(static_cast<std::uint32_t>(around_.ids));
    exports_.push_back(job);
  }

  void plan(kernel::Context& context, const Slot& slot) override {
    audit_.ship(context.now());
    for (Export& job : exports_) run_export(context, slot, job);
  }

  void save_state(ByteWriter& writer) const override {
    ServiceJobs::save_state(writer);
    for (const Export& job : exports_) {
      writer.put(job.cursor);
      writer.put(job.done);
    }
  }
  void restore_state(ByteReader& reader) override {
    ServiceJobs::restore_state(reader);
    for (Export& job : exports_) {
      job.cursor = reader.get<decltype(job.cursor)>();
      job.done = reader.get<decltype(job.done)>();
    }
  }

  void run_export(kernel::Context& context, const Slot& slot, Export& job) {
    const std::int64_t day = slot.begin.day();
    if (job.reads <= 0 || day < job.first_day || (day - job.first_day) % job.every_days != 0) return;
    const Time begin = Time{} + Duration::days(day) + job.starts;
    const Time end = begin + job.lasts;
    if (slot.begin >= end || slot.end() <= begin) return;
    // Whole reads a run, without drift over the runs when the average is not whole.
    const std::int64_t run = (day - job.first_day) / job.every_days;
    const auto upto = [&](std::int64_t runs) {
      return static_cast<std::uint64_t>(static_cast<double>(runs) * job.reads + 0.5);
    };
    const std::uint64_t reads = upto(run + 1) - upto(run);
    const std::uint64_t now_due = due(reads, begin, end, slot.end()) - due(reads, begin, end, slot.begin);
    const Time from = std::max(begin, slot.begin);
    const Duration span = std::min(end, slot.end()) - from;
    for (std::uint64_t i = 0; i < now_due; ++i) export_next(context, job, from, span, i, now_due);
  }

  void export_next(kernel::Context& context, Export& job, Time from, Duration span, std::uint64_t i, std::uint64_t n) {
    RandomStream random(around_.seed, job.number, purpose("batch.read"), job.done++);
    const bool stale = random.uniform() < params_.stale;
    const auto top = static_cast<std::uint32_t>(around_.ids);
    MemberId member{job.cursor};
    for (std::uint32_t tried = 0; tried < top; ++tried) {
      member.value = 1 + member.value % top;
      if (around_.exists(member) == stale) continue;
      if (!job.leaves_out_honey || !around_.honey || !around_.honey(member)) break;
    }
    job.cursor = member.value;
    const TokenId token = make_token(around_.seed, job.number, purpose("batch.token"), job.done);
    const Time at = from + spread(span, i, n, random.next32());
    read(context, at, {at, member, job.from, job.page, true, job.key, token});
  }

  BatchParams params_;
  std::vector<Export> exports_;
};

}  // namespace

std::unique_ptr<kernel::Process> make_batch(const BatchParams& params, const Surroundings& around,
                                            telemetry::PlatformRows* out) {
  return std::make_unique<Batch>(params, around, out);
}

}  // namespace dwell::background
