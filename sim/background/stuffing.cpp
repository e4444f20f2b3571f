#include <algorithm>

#include "sim/background/background.hpp"
#include "sim/background/slotted.hpp"
#include "sim/core/samplers.hpp"

namespace dwell::background {
namespace {

constexpr auto kTimer = static_cast<unsigned>(protocol::Priority::calendar);
constexpr Page kAfterLogin[] = {Page::mypage, Page::profile, Page::order_list};

struct Wave {
  Time begin;
  Time end;
  std::uint64_t attempts = 0;
  std::uint32_t sources = 1;
};

/// Waves are drawn once for the whole run; between them the process has no event at all.
class Stuffing final : public kernel::Process {
 public:
  Stuffing(const StuffingParams& params, const Surroundings& around, double logins_per_day)
      : params_(params), around_(around), keys_(settled_signing_keys(*around.keys)) {
    const double share = params.share_of_logins;
    if (!params.on || logins_per_day <= 0 || share <= 0) return;
    // Constant in a wave, and chosen so that waves make up the share on average.
    const double per_us = logins_per_day * share / (1 - share) / static_cast<double>(Duration::days(1).us) *
                          (static_cast<double>(params.wave_every.us) / static_cast<double>(params.wave_length.us));
    const Time last = Time{} + Duration::days(around.days);
    Time at{};
    for (std::uint32_t w = 0; at < last; ++w) {
      RandomStream random(around.seed, w, purpose("stuffing.wave"));
      at = at + exponential(random, params.wave_every);
      const Duration length = exponential(random, params.wave_length) + kLeast;
      const double attempts = per_us * static_cast<double>(length.us - kLeast.us);
      const auto n = static_cast<std::uint64_t>(attempts + random.uniform());
      if (n == 0) continue;
      const double sources = attempts / params.attempts_per_source;
      waves_.push_back({at, at + length, n, std::max(1U, static_cast<std::uint32_t>(sources + 0.5))});
    }
  }

  [[nodiscard]] std::string_view name() const override { return "credential stuffing"; }
  [[nodiscard]] bool every_window() const override { return false; }
  void start(kernel::Context& context) override {
    for (std::uint32_t w = 0; w < waves_.size(); ++w) context.schedule(waves_[w].begin, kTimer, w);
  }
  void handle(kernel::Context& context, kernel::Events& events) override {
    while (const kernel::Event* const event = events.next()) plan(context, event->data);
  }
  void save(ByteWriter&) const override {}  // waves are drawn when it is made
  Status restore(ByteReader&) override { return success(); }

 private:
  static constexpr Duration kLeast = Duration::minutes(1);
  static Duration exponential(RandomStream& random, Duration mean) {
    return {static_cast<std::int64_t>(sample_exponential(random, static_cast<double>(mean.us)))};
  }

  void plan(kernel::Context& context, std::uint32_t w) {
    const Wave& wave = waves_[w];
    const Slot slot{0, context.now() + context.lookahead()};
    // The wave itself begins and ends one lookahead after its timers.
    const Time begin = wave.begin + context.lookahead();
    const Time end = wave.end + context.lookahead();
    const Time until = std::min(slot.end(), end);
    const std::uint64_t first = due(wave.attempts, begin, end, slot.begin);
    const std::uint64_t last = due(wave.attempts, begin, end, until);
    for (std::uint64_t i = first; i < last; ++i) {
      RandomStream random(around_.seed, w, purpose("stuffing.attempt"), static_cast<std::uint32_t>(i));
      const Duration into = spread(until - slot.begin, i - first, last - first, random.next32());
      attempt(context, w, slot.begin + into, random);
    }
    if (until < end) context.schedule(context.now() + Slot::kLength, kTimer, w);
  }

  protocol::Subscriber source(std::uint32_t w, RandomStream& random) const {
    RandomStream own(around_.seed, w, purpose("stuffing.source"), random.below(waves_[w].sources));
    const double kind = own.uniform();
    const protocol::Network& network = around_.networks->pick(kind < 0.5   ? protocol::NetworkKind::hosting
                                                              : kind < 0.8 ? protocol::NetworkKind::foreign
                                                                           : protocol::NetworkKind::vpn,
                                                              own.next32());
    const Client client = own.uniform() < 0.5 ? Client::script : Client::android;
    return {around_.networks->address(network, own.below(1U << 20)), network.id, network.country, client};
  }

  void attempt(kernel::Context& context, std::uint32_t w, Time at, RandomStream& random) {
    protocol::LoginAttempt login;
    login.correct = random.uniform() < params_.succeed;
    const bool known = login.correct || random.uniform() < params_.known;
    login.member = known ? draw_existing(around_, random) : draw_stale(around_, random);
    login.origin = kBackground;
    login.from = source(w, random);
    context.send({login.member.value % around_.shards}, at, static_cast<unsigned>(protocol::Priority::login),
                 kernel::pack(login));
    if (login.correct && !keys_.empty()) look_around(context, at, login, random);
  }

  /// A right password is used at once: a look at the account's own pages.
  void look_around(kernel::Context& context, Time at, const protocol::LoginAttempt& login, RandomStream& random) {
    protocol::Request request;
    request.member = login.member;
    request.origin = login.origin;
    request.from = login.from;
    request.key = keys_.draw(random.next32());
    request.token = as_token(random.next64());
    request.token_issued = at;
    request.issued = true;
    request.most_records = 20;
    for (const Page page : kAfterLogin) {
      at = at + Duration::seconds(1) + Duration{random.below(4'000'000)};
      request.page = page;
      send_request(context, around_.shards, at, request);
      request.issued = false;
    }
  }

  StuffingParams params_;
  Surroundings around_;
  KeyChoice keys_;
  std::vector<Wave> waves_;
};

}  // namespace

std::unique_ptr<kernel::Process> make_stuffing(const StuffingParams& params, const Surroundings& around,
                                               double logins_per_day) {
  return std::make_unique<Stuffing>(params, around, logins_per_day);
}

}  // namespace dwell::background
