#include "sim/background/background.hpp"
#include "sim/background/service_jobs.hpp"
#include "sim/core/samplers.hpp"

namespace dwell::background {
namespace {

constexpr std::uint32_t kPartnerHosts = 4;  // addresses of one partner

class Partners final : public ServiceJobs {
 public:
  Partners(const PartnerParams& params, const Surroundings& around, telemetry::PlatformRows* out)
      : ServiceJobs("partners", around, out),
        params_(params),
        hour_(mean_one(around.hour)),
        keys_(keys_of(*around.keys, protocol::KeyUse::partner, false, false)) {
    if (params.on && !keys_.empty()) per_slot_ = params.reads_per_day * around.scale / Slot::kPerDay;
  }

 private:
  void plan(kernel::Context& context, const Slot& slot) override {
    audit_.ship(context.now());
    RandomStream random(around_.seed, 0, purpose("batch.partner"), static_cast<std::uint32_t>(slot.index));
    const std::uint64_t reads = sample_poisson(random, per_slot_ * hour_[slot.hour()]);
    for (std::uint64_t i = 0; i < reads; ++i) {
      const Time at = moment_in(slot, random);
      const KeyId key = keys_.draw(random.next32());
      // A partner is its key: the same network and few hosts for all it reads.
      const RandomBlock company = random_block(around_.seed, key.value, purpose("batch.company"), 0, 0);
      const auto from = host(protocol::NetworkKind::partner, company.word[0],
                             to_below(company.word[1], 1U << 16) + random.below(kPartnerHosts));
      const Page page = random.uniform() < 0.5 ? Page::address : Page::order_list;
      const Duration age{random.below(3'600'000'000U)};
      const TokenId token = as_token(random.next64());
      read(context, at, {at - age, draw_member(random, params_.stale), from, page, false, key, token});
    }
  }

  PartnerParams params_;
  std::array<double, 24> hour_;
  KeyChoice keys_;
  double per_slot_ = 0;
};

class ForgottenJobs final : public ServiceJobs {
 public:
  ForgottenJobs(const ForgottenParams& params, const Surroundings& around, telemetry::PlatformRows* out)
      : ServiceJobs("forgotten jobs", around, out),
        params_(params),
        keys_(keys_of(*around.keys, protocol::KeyUse::service, true, true)) {
    if (params.on && !keys_.empty()) per_slot_ = params.reads_per_day * around.scale / Slot::kPerDay;
  }

 private:
  void plan(kernel::Context& context, const Slot& slot) override {
    audit_.ship(context.now());
    RandomStream random(around_.seed, 0, purpose("batch.forgotten"), static_cast<std::uint32_t>(slot.index));
    const std::uint64_t reads = sample_poisson(random, per_slot_);
    for (std::uint64_t i = 0; i < reads; ++i) {
      const Time at = moment_in(slot, random);
      const KeyId key = keys_.draw(random.next32());
      const RandomBlock job = random_block(around_.seed, key.value, purpose("batch.job"), 0, 0);
      const auto from = host(protocol::NetworkKind::internal, job.word[0], 16 + to_below(job.word[1], 1U << 12));
      const Page page = random.uniform() < 0.5 ? Page::address : Page::profile;
      const TokenId token = as_token(random.next64());
      read(context, at, {at, draw_member(random, params_.stale), from, page, true, key, token});
    }
  }

  ForgottenParams params_;
  KeyChoice keys_;
  double per_slot_ = 0;
};

}  // namespace

std::unique_ptr<kernel::Process> make_partners(const PartnerParams& params, const Surroundings& around,
                                               telemetry::PlatformRows* out) {
  return std::make_unique<Partners>(params, around, out);
}

std::unique_ptr<kernel::Process> make_forgotten_jobs(const ForgottenParams& params, const Surroundings& around,
                                                     telemetry::PlatformRows* out) {
  return std::make_unique<ForgottenJobs>(params, around, out);
}

}  // namespace dwell::background
