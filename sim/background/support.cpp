#include <algorithm>
#include <queue>

#include "sim/background/background.hpp"
#include "sim/background/slotted.hpp"
#include "sim/background/ticket_rates.hpp"
#include "sim/core/samplers.hpp"

namespace dwell::background {
namespace {

constexpr std::uint32_t kShiftHours = 8;
constexpr std::uint32_t kWorkDays = 5;         // of seven
constexpr std::uint32_t kAgentsOfAFloor = 20;  // who share an address
// Agents are staff of contractors: their numbers lie apart from those of employees.
constexpr std::uint32_t kFirstAgent = 1U << 30;
// Multiples of it mod 2^32 are spread evenly, however many there are (the golden ratio, Knuth vol. 3, 6.4).
constexpr std::uint32_t kEven = 2'654'435'769U;
constexpr std::uint16_t kListLimit = 20;
constexpr Page kPagesRead[] = {Page::address, Page::profile, Page::mypage, Page::order_list, Page::address_edit};
constexpr double kPageShares[] = {0.25, 0.20, 0.25, 0.25, 0.05};

struct Agent {
  StaffId number;
  protocol::Subscriber from;
  KeyId key;
  std::uint32_t starts_at = 0;  // hour of day
  std::uint32_t first_day = 0;  // of the working week, 0 to 6

  /// The day whose shift an agent is on; -1 when off duty.
  [[nodiscard]] std::int64_t shift_at(Time at) const {
    const auto hour = static_cast<std::uint32_t>(at.hour() % 24);
    const std::uint32_t into = (hour + 24 - starts_at) % 24;
    if (into >= kShiftHours) return -1;
    // A shift belongs to the day it began.
    const std::int64_t day = std::max<std::int64_t>(0, at.day() - (hour < starts_at ? 1 : 0));
    return static_cast<std::uint32_t>(day + 7 + first_day) % 7 < kWorkDays ? day : -1;
  }
};

class Support final : public SlottedProcess {
 public:
  Support(const SupportParams& params, const Surroundings& around, telemetry::PlatformRows* out)
      : SlottedProcess("support desk"), params_(params), around_(around), audit_(out), pages_(kPageShares) {
    if (!params.on) return;
    rates_ = TicketRates(params, around);
    if (rates_.per_day() <= 0) return;
    // An agent works five days of seven, so there are more of them than are on duty.
    const double wanted = rates_.per_day() / params.tickets_per_agent_day * 7 / kWorkDays;
    regular_ = static_cast<std::uint32_t>(wanted);
    if (regular_ < wanted) ++regular_;
    hire(roster(rates_.busiest_day()));
    free_us_.resize(agents_.size());
  }

 private:
  struct Free {  // when an agent has time for the next ticket
    std::int64_t at_us;
    std::uint32_t agent;
    friend bool operator>(const Free& a, const Free& b) {
      return a.at_us != b.at_us ? a.at_us > b.at_us : a.agent > b.agent;
    }
  };

  /// Agents employed on a day: the regular ones, and more where more tickets are expected.
  [[nodiscard]] std::uint32_t roster(double tickets) const {
    const double level = std::max(1.0, tickets / rates_.per_day());
    return static_cast<std::uint32_t>(level * regular_ + 0.5);
  }

  void hire(std::uint32_t agents) {
    const KeyChoice keys(desk_keys(*around_.keys));
    std::array<double, 24> starts{};
    for (std::size_t h = 0; h < 24; ++h) starts[h] = around_.hour[(h + kShiftHours / 2) % 24];
    const AliasTable shifts(mean_one(starts));
    const KeyedPermutation numbers(around_.seed, purpose("support.agent"), 1U << 24);
    const RandomBlock first = random_block(around_.seed, 0, purpose("support.shifts"), 0, 0);
    for (std::uint32_t a = 0; a < agents; ++a) {
      RandomStream random(around_.seed, a, purpose("support.hire"));
      Agent agent;
      agent.number = {kFirstAgent + static_cast<std::uint32_t>(numbers(a % (1U << 24)))};
      agent.starts_at = shifts.draw(first.word[0] + a * kEven);
      agent.first_day = (first.word[1] + a) % 7;
      agent.key = keys.draw(random.next32());
      agent.from = seat(random, random.uniform() < params_.overseas);
      agents_.push_back(agent);
    }
  }

  /// A seat at a contractor at home or overseas; at any contractor when there is none of the wanted kind.
  protocol::Subscriber seat(RandomStream& random, bool overseas) const {
    const protocol::NetworkTable& table = *around_.networks;
    const protocol::Network* network = &table.pick(protocol::NetworkKind::contractor, random.next32());
    for (int i = 0; i < 32 && (network->country != table.home_country()) != overseas; ++i) {
      network = &table.pick(protocol::NetworkKind::contractor, random.next32());
    }
    const auto contractors = std::count_if(table.all().begin(), table.all().end(), [](const protocol::Network& n) {
      return n.kind == protocol::NetworkKind::contractor;
    });
    const auto floors = regular_ / (kAgentsOfAFloor * static_cast<std::uint32_t>(contractors)) + 1;
    return {table.address(*network, random.below(floors)), network->id, network->country, Client::service};
  }

  void plan(kernel::Context& context, const Slot& slot) override {
    audit_.ship(context.now());
    open_tickets(slot);
    std::priority_queue<Free, std::vector<Free>, std::greater<>> free;
    for (std::uint32_t a = 0; a < agents_.size(); ++a) {
      const std::int64_t day = agents_[a].shift_at(slot.begin);
      if (day >= 0 && a < roster(rates_.of_day(day))) free.push({std::max(free_us_[a], slot.begin.us), a});
    }
    std::size_t first = 0;
    for (; first < queue_us_.size() && !free.empty(); ++first) {
      const Free next = free.top();
      const std::int64_t begin_us = std::max(next.at_us, queue_us_[first]);
      if (begin_us >= slot.end().us) break;
      if (begin_us - queue_us_[first] > params_.patience.us) continue;
      free.pop();
      const auto number = tickets_ - static_cast<std::uint32_t>(queue_us_.size() - first) + 1;
      free_us_[next.agent] = begin_us + work_on(context, Time{begin_us}, agents_[next.agent], number).us;
      free.push({free_us_[next.agent], next.agent});
    }
    queue_us_.erase(queue_us_.begin(), queue_us_.begin() + static_cast<std::ptrdiff_t>(first));
  }

  void open_tickets(const Slot& slot) {
    RandomStream random(around_.seed, 0, purpose("support.open"), static_cast<std::uint32_t>(slot.index));
    const std::uint64_t tickets = sample_poisson(random, rates_.per_hour(slot.begin.hour()) / 6);
    const auto before = static_cast<std::ptrdiff_t>(queue_us_.size());
    for (std::uint64_t t = 0; t < tickets; ++t) queue_us_.push_back(moment_in(slot, random).us);
    std::sort(queue_us_.begin() + before, queue_us_.end());
    tickets_ += static_cast<std::uint32_t>(tickets);
  }

  /// Reads what the ticket is about; how long it takes the agent.
  Duration work_on(kernel::Context& context, Time at, const Agent& agent, std::uint32_t ticket) {
    RandomStream random(around_.seed, ticket, purpose("support.ticket"));
    protocol::Request request;
    request.member = draw_customer(random);
    request.origin = kBackground;
    request.from = agent.from;
    request.key = agent.key;
    request.token = make_token(around_.seed, agent.number.value, purpose("support.token"), ticket);
    request.token_issued = at;
    const double share = params_.occupancy / params_.tickets_per_agent_day * sample_exponential(random, 1);
    const Duration handling{static_cast<std::int64_t>(static_cast<double>(Duration::hours(kShiftHours).us) * share)};
    const double more = params_.reads_per_ticket - 1;
    const std::uint64_t reads = more >= 0 ? 1 + sample_poisson(random, more) : random.uniform() < more + 1;
    for (std::uint64_t r = 0; r < reads; ++r) {
      request.page = kPagesRead[pages_.draw(random.next32())];
      request.issued = r == 0;
      request.most_records = kListLimit;
      send_request(context, around_.shards, at, request);
      audit_.add(
          {at.us, at.us, request.token.value, agent.number.value, request.member.value, agent.key.value, ticket});
      at = at + Duration::seconds(8) + Duration{random.below(90'000'000)};
    }
    return handling;
  }

  MemberId draw_customer(RandomStream& random) const {
    if (random.uniform() < params_.stale) return draw_stale(around_, random);
    return random.uniform() < params_.about_orders ? draw_buyer(around_, random) : draw_existing(around_, random);
  }

  void save_state(ByteWriter& writer) const override {
    audit_.save(writer);
    writer.put_vector(queue_us_);
    writer.put_vector(free_us_);
    writer.put(tickets_);
  }
  void restore_state(ByteReader& reader) override {
    audit_.restore(reader);
    queue_us_ = reader.get_vector<std::int64_t>();
    free_us_ = reader.get_vector<std::int64_t>();
    free_us_.resize(agents_.size());
    tickets_ = reader.get<std::uint32_t>();
  }

  SupportParams params_;
  Surroundings around_;
  AuditOutbox audit_;
  AliasTable pages_;
  TicketRates rates_;
  std::uint32_t regular_ = 0;  // agents employed all year; the others behind them in the peaks
  std::vector<Agent> agents_;
  std::vector<std::int64_t> free_us_;   // by agent: when the ticket in hand is closed
  std::vector<std::int64_t> queue_us_;  // when waiting tickets were opened: first come, first served
  std::uint32_t tickets_ = 0;           // opened so far; the last of the queue has this number
};

}  // namespace

std::unique_ptr<kernel::Process> make_support(const SupportParams& params, const Surroundings& around,
                                              telemetry::PlatformRows* out) {
  return std::make_unique<Support>(params, around, out);
}

}  // namespace dwell::background
