#include <algorithm>

#include "sim/background/background.hpp"
#include "sim/background/slotted.hpp"
#include "sim/core/check.hpp"
#include "sim/core/samplers.hpp"

namespace dwell::background {
namespace {

constexpr std::uint32_t kNames = 64;      // ids of nobody a scraper's requests carry
constexpr std::uint32_t kMostBursts = 3;  // a day
constexpr std::uint32_t kMostBurstSlots = 4;

constexpr std::int64_t kTurn = 12;  // slots for which a steady source is planned at a time
constexpr Page kProductPages[] = {Page::pdp, Page::search, Page::home};
constexpr double kProductShares[] = {0.72, 0.25, 0.03};
constexpr Page kMemberPages[] = {Page::mypage, Page::profile, Page::address};

struct Bot {
  std::uint32_t number = 0;
  protocol::Subscriber from{};
  bool bursts = false;
  std::uint32_t first_name = 0;  // in names_
};

class Bots final : public SlottedProcess {
 public:
  Bots(const BotParams& params, const Surroundings& around, double requests_per_day, std::uint32_t part,
       std::uint32_t parts)
      : SlottedProcess("bots " + std::to_string(part)),
        params_(params),
        around_(around),
        keys_(settled_signing_keys(*around.keys)) {
    DWELL_DEMAND(part < parts, "part of the bots out of range");
    const double requests = params.on ? requests_per_day * params.share : 0;
    if (requests <= 0) return;
    const auto sources =
        std::max<std::uint32_t>(1, static_cast<std::uint32_t>(requests / params.requests_per_source_day + 0.5));
    per_slot_ = requests / sources / Slot::kPerDay;
    for (std::uint32_t number = part; number < sources; number += parts) bots_.push_back(make_bot(number));
  }

 private:
  Bot make_bot(std::uint32_t number) {
    RandomStream random(around_.seed, number, purpose("bots.source"));
    const protocol::Network& network = around_.networks->pick(protocol::NetworkKind::hosting, random.next32());
    Bot bot;
    bot.number = number;
    const Client client = random.uniform() < params_.scripts ? Client::script : Client::desktop;
    bot.from = {around_.networks->address(network, random.below(1U << 20)), network.id, network.country, client};
    bot.bursts = random.uniform() < params_.burst_share;
    bot.first_name = static_cast<std::uint32_t>(names_.size());
    for (std::uint32_t i = 0; i < kNames; ++i) names_.push_back(draw_stale(around_, random));
    return bot;
  }

  void plan(kernel::Context& context, const Slot& slot) override {
    for (const Bot& bot : bots_) {
      if (bot.bursts) {
        const double level = burst_level(bot, slot);
        if (level > 0) make_requests(context, slot, bot, level, 1);
        continue;
      }
      // Steady sources take turns; the run begins before the first one of most.
      const std::int64_t until = (kTurn + bot.number % kTurn - slot.index % kTurn) % kTurn;
      if (until == 0) make_requests(context, slot, bot, 1, kTurn);
      if (until != 0 && slot.index == 0) make_requests(context, slot, bot, 1, until);
    }
  }

  /// The requests of a source in so many slots: independent for each name and kind of page, as a Poisson process
  /// splits.
  void make_requests(kernel::Context& context, const Slot& slot, const Bot& bot, double level, std::int64_t slots) {
    const double mean = per_slot_ * level * static_cast<double>(slots);
    const double member_pages = keys_.empty() ? 0 : params_.member_pages;
    const Duration span = Slot::kLength * slots;
    RandomStream random(around_.seed, bot.number, purpose("bots.request"), static_cast<std::uint32_t>(slot.index));
    const std::uint64_t tries = sample_poisson(random, mean * member_pages);
    for (std::uint64_t i = 0; i < tries; ++i) try_member_page(context, slot, span, bot, random);
    protocol::Run run = {{},
                         kBackground,
                         bot.from,
                         0,
                         {kProductPages[0], kProductPages[1], kProductPages[2]},
                         {static_cast<std::uint16_t>(kProductShares[0] * 65'536),
                          static_cast<std::uint16_t>((kProductShares[0] + kProductShares[1]) * 65'536)},
                         0,
                         span};
    for (std::uint32_t name = 0; name < kNames; ++name) {
      run.requests = static_cast<std::uint32_t>(sample_poisson(random, mean * (1 - member_pages) / kNames));
      if (run.requests == 0) continue;
      run.member = names_[bot.first_name + name];
      // One id can be several names: the number tells all runs apart.
      run.number = static_cast<std::uint64_t>(slot.index) << 38 | std::uint64_t{bot.number} * kNames | name;
      context.send({run.member.value % around_.shards}, slot.begin, static_cast<unsigned>(protocol::Priority::run),
                   kernel::pack(run));
    }
  }

  /// A bursty source makes the day's requests in one to three bursts of ten to forty minutes; mean level 1 over a day.
  double burst_level(const Bot& bot, const Slot& slot) const {
    const auto day = static_cast<std::uint32_t>(slot.index / Slot::kPerDay);
    const auto now = static_cast<std::uint32_t>(slot.index % Slot::kPerDay);
    RandomStream random(around_.seed, bot.number, purpose("bots.burst"), day);
    const std::uint32_t bursts = 1 + random.below(kMostBursts);
    const std::uint32_t length = 1 + random.below(kMostBurstSlots);
    std::uint32_t active = 0;
    for (std::uint32_t b = 0; b < bursts; ++b) {
      const std::uint32_t first = random.below(static_cast<std::uint32_t>(Slot::kPerDay) - length + 1);
      if (now >= first && now < first + length) ++active;
    }
    return static_cast<double>(active) * Slot::kPerDay / (bursts * length);
  }

  void try_member_page(kernel::Context& context, const Slot& slot, Duration span, const Bot& bot,
                       RandomStream& random) {
    protocol::Request request;
    request.origin = kBackground;
    request.from = bot.from;
    const double within = random.uniform() * static_cast<double>(span.us);
    const Time at = slot.begin + Duration{static_cast<std::int64_t>(within)};
    request.member = names_[bot.first_name + random.below(kNames)];
    request.page = kMemberPages[random.below(3)];
    request.key = keys_.draw(random.next32());
    request.token = as_token(random.next64());
    request.token_issued = at;
    request.issued = true;
    send_request(context, around_.shards, at, request);
  }

  BotParams params_;
  Surroundings around_;
  KeyChoice keys_;
  std::vector<Bot> bots_;
  std::vector<MemberId> names_;
  double per_slot_ = 0;
};

}  // namespace

std::unique_ptr<kernel::Process> make_bots(const BotParams& params, const Surroundings& around, double requests_per_day,
                                           std::uint32_t part, std::uint32_t parts) {
  return std::make_unique<Bots>(params, around, requests_per_day, part, parts);
}

}  // namespace dwell::background
