#include <algorithm>

#include "sim/background/background.hpp"
#include "sim/background/slotted.hpp"
#include "sim/core/samplers.hpp"

namespace dwell::background {
namespace {

constexpr std::uint16_t kListLimit = 20;
constexpr std::uint32_t kPartnerHosts = 4;  // addresses of one partner

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

class Batch final : public SlottedProcess {
 public:
  Batch(const BatchParams& params, const Surroundings& around, telemetry::PlatformRows* out)
      : SlottedProcess("batch jobs"), params_(params), around_(around), audit_(out), hour_(mean_one(around.hour)) {
    if (!params.on) return;
    const double scale = around.scale;
    const KeyChoice service(keys_of(*around.keys, protocol::KeyUse::service, false, false));
    add_export(0, Duration::hours(2), Duration::hours(2), 1, 0, params.nightly_reads * scale, Page::address, true,
               service);
    RandomStream random(around.seed, 1, purpose("batch.month"));
    add_export(1, Duration::hours(1), Duration::hours(4), 30, random.below(30), params.monthly_reads * scale,
               Page::profile, false, service);
    partner_keys_ = KeyChoice(keys_of(*around.keys, protocol::KeyUse::partner, false, false));
    orphaned_keys_ = KeyChoice(keys_of(*around.keys, protocol::KeyUse::service, true, true));
    if (!partner_keys_.empty()) partner_per_slot_ = params.partner_reads_per_day * scale / Slot::kPerDay;
    if (!orphaned_keys_.empty()) orphaned_per_slot_ = params.orphaned_key_reads_per_day * scale / Slot::kPerDay;
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

  [[nodiscard]] protocol::Subscriber host(protocol::NetworkKind kind, std::uint32_t bits, std::uint32_t ordinal) const {
    const protocol::Network& network = around_.networks->pick(kind, bits);
    return {around_.networks->address(network, ordinal), network.id, network.country, Client::service};
  }

  void plan(kernel::Context& context, const Slot& slot) override {
    audit_.ship(context.now());
    for (Export& job : exports_) run_export(context, slot, job);
    partners(context, slot);
    forgotten_jobs(context, slot);
  }

  void save_state(ByteWriter& writer) const override {
    audit_.save(writer);
    for (const Export& job : exports_) {
      writer.put(job.cursor);
      writer.put(job.done);
    }
  }
  void restore_state(ByteReader& reader) override {
    audit_.restore(reader);
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

  void partners(kernel::Context& context, const Slot& slot) {
    RandomStream random(around_.seed, 0, purpose("batch.partner"), static_cast<std::uint32_t>(slot.index));
    const std::uint64_t reads = sample_poisson(random, partner_per_slot_ * hour_[slot.hour()]);
    for (std::uint64_t i = 0; i < reads; ++i) {
      const Time at = moment_in(slot, random);
      const KeyId key = partner_keys_.draw(random.next32());
      // A partner is its key: the same network and few hosts for all it reads.
      const RandomBlock company = random_block(around_.seed, key.value, purpose("batch.company"), 0, 0);
      const auto from = host(protocol::NetworkKind::partner, company.word[0],
                             to_below(company.word[1], 1U << 16) + random.below(kPartnerHosts));
      const Page page = random.uniform() < 0.5 ? Page::address : Page::order_list;
      const Duration age{random.below(3'600'000'000U)};
      const TokenId token = as_token(random.next64());
      read(context, at, {at - age, draw_member(random), from, page, false, key, token});
    }
  }

  void forgotten_jobs(kernel::Context& context, const Slot& slot) {
    RandomStream random(around_.seed, 0, purpose("batch.forgotten"), static_cast<std::uint32_t>(slot.index));
    const std::uint64_t reads = sample_poisson(random, orphaned_per_slot_);
    for (std::uint64_t i = 0; i < reads; ++i) {
      const Time at = moment_in(slot, random);
      const KeyId key = orphaned_keys_.draw(random.next32());
      const RandomBlock job = random_block(around_.seed, key.value, purpose("batch.job"), 0, 0);
      const auto from = host(protocol::NetworkKind::internal, job.word[0], 16 + to_below(job.word[1], 1U << 12));
      const Page page = random.uniform() < 0.5 ? Page::address : Page::profile;
      const TokenId token = as_token(random.next64());
      read(context, at, {at, draw_member(random), from, page, true, key, token});
    }
  }

  MemberId draw_member(RandomStream& random) const {
    return random.uniform() < params_.stale ? draw_stale(around_, random) : draw_existing(around_, random);
  }

  struct Read {
    Time token_issued;
    MemberId member;
    protocol::Subscriber from;
    Page page;
    bool issued;
    KeyId key;
    TokenId token;
  };
  void read(kernel::Context& context, Time at, const Read& what) {
    protocol::Request request;
    request.member = what.member;
    request.origin = kBackground;
    request.from = what.from;
    request.page = what.page;
    request.issued = what.issued;
    request.most_records = kListLimit;
    request.key = what.key;
    request.token = what.token;
    request.token_issued = what.token_issued;
    send_request(context, around_.shards, at, request);
    audit_.add({at.us, at.us, what.token.value, 0, what.member.value, what.key.value, 0});
  }

  BatchParams params_;
  Surroundings around_;
  AuditOutbox audit_;
  std::array<double, 24> hour_;
  std::vector<Export> exports_;
  KeyChoice partner_keys_;
  KeyChoice orphaned_keys_;
  double partner_per_slot_ = 0;
  double orphaned_per_slot_ = 0;
};

}  // namespace

std::unique_ptr<kernel::Process> make_batch(const BatchParams& params, const Surroundings& around,
                                            telemetry::PlatformRows* out) {
  return std::make_unique<Batch>(params, around, out);
}

}  // namespace dwell::background
