#include "sim/background/background.hpp"
#include "sim/background/slotted.hpp"
#include "sim/core/samplers.hpp"

namespace dwell::background {
namespace {

constexpr std::uint32_t kShiftHours = 8;
constexpr std::uint32_t kWorkDays = 5;  // of seven
// Agents are staff of contractors: their numbers lie apart from those of employees.
constexpr std::uint32_t kFirstAgent = 1U << 30;
constexpr Page kPagesRead[] = {Page::address, Page::profile, Page::mypage, Page::order_list};
constexpr double kPageShares[] = {0.30, 0.20, 0.25, 0.25};

struct Agent {
  StaffId number;
  protocol::Subscriber from;
  KeyId key;
  std::uint32_t starts_at = 0;  // hour of day
  std::uint32_t first_day = 0;  // of the working week, 0 to 6

  [[nodiscard]] bool on_shift(Time at) const {
    const auto hour = static_cast<std::uint32_t>(at.hour() % 24);
    const std::uint32_t into = (hour + 24 - starts_at) % 24;
    if (into >= kShiftHours) return false;
    // A shift belongs to the day it began.
    const std::int64_t day = at.day() - (hour < starts_at ? 1 : 0);
    return static_cast<std::uint32_t>(day + 7 + first_day) % 7 < kWorkDays;
  }
};

class Support final : public SlottedProcess {
 public:
  Support(const SupportParams& params, const Surroundings& around, telemetry::PlatformRows* out)
      : SlottedProcess("support desk"), params_(params), around_(around), audit_(out), pages_(kPageShares) {
    const double tickets = params.on ? params.tickets_per_day * around.scale : 0;
    if (tickets <= 0) return;
    // An agent works five days of seven, so there are more of them than are on duty.
    const double wanted = tickets / params.tickets_per_agent_day * 7 / kWorkDays;
    auto agents = static_cast<std::uint32_t>(wanted);
    if (agents < wanted) ++agents;
    hire(agents);
    tickets_per_slot_ = tickets * 7 / kWorkDays / agents / (kShiftHours * 6);
  }

 private:
  void hire(std::uint32_t agents) {
    const KeyChoice keys(desk_keys(*around_.keys));
    std::array<double, 24> starts{};
    for (std::size_t h = 0; h < 24; ++h) starts[h] = around_.hour[(h + kShiftHours / 2) % 24];
    const AliasTable shifts(mean_one(starts));
    const KeyedPermutation numbers(around_.seed, purpose("support.agent"), 1U << 24);
    for (std::uint32_t a = 0; a < agents; ++a) {
      RandomStream random(around_.seed, a, purpose("support.hire"));
      Agent agent;
      agent.number = {kFirstAgent + static_cast<std::uint32_t>(numbers(a % (1U << 24)))};
      agent.starts_at = shifts.draw(random.next32());
      agent.first_day = random.below(7);
      agent.key = keys.draw(random.next32());
      agent.from = seat(random, random.uniform() < params_.overseas);
      agents_.push_back(agent);
    }
  }

  /// A seat at a contractor at home or overseas; at any contractor when there is none of the wanted kind. About twenty
  /// agents share the address of their floor.
  protocol::Subscriber seat(RandomStream& random, bool overseas) const {
    const protocol::NetworkTable& table = *around_.networks;
    const protocol::Network* network = &table.pick(protocol::NetworkKind::contractor, random.next32());
    for (int i = 0; i < 32 && (network->country != table.home_country()) != overseas; ++i) {
      network = &table.pick(protocol::NetworkKind::contractor, random.next32());
    }
    const auto floors = static_cast<std::uint32_t>(params_.tickets_per_day / params_.tickets_per_agent_day / 20) + 1;
    return {table.address(*network, random.below(floors)), network->id, network->country, Client::service};
  }

  void plan(kernel::Context& context, const Slot& slot) override {
    audit_.ship(context.now());
    for (std::uint32_t a = 0; a < agents_.size(); ++a) {
      if (!agents_[a].on_shift(slot.begin)) continue;
      RandomStream random(around_.seed, a, purpose("support.ticket"), static_cast<std::uint32_t>(slot.index));
      const std::uint64_t tickets = sample_poisson(random, tickets_per_slot_);
      for (std::uint64_t t = 0; t < tickets; ++t) work_on_ticket(context, slot, agents_[a], random);
    }
  }

  void save_state(ByteWriter& writer) const override {
    audit_.save(writer);
    writer.put(tickets_);
  }
  void restore_state(ByteReader& reader) override {
    audit_.restore(reader);
    tickets_ = reader.get<std::uint32_t>();
  }

  void work_on_ticket(kernel::Context& context, const Slot& slot, const Agent& agent, RandomStream& random) {
    const std::uint32_t ticket = ++tickets_;
    protocol::Request request;
    request.member = random.uniform() < params_.stale ? draw_stale(around_, random) : draw_existing(around_, random);
    request.origin = kBackground;
    request.from = agent.from;
    request.key = agent.key;
    request.token = make_token(around_.seed, agent.number.value, purpose("support.token"), ticket);
    Time at = moment_in(slot, random);
    request.token_issued = at;
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
  }

  static constexpr std::uint16_t kListLimit = 20;
  SupportParams params_;
  Surroundings around_;
  AuditOutbox audit_;
  AliasTable pages_;
  std::vector<Agent> agents_;
  double tickets_per_slot_ = 0;
  std::uint32_t tickets_ = 0;
};

}  // namespace

std::unique_ptr<kernel::Process> make_support(const SupportParams& params, const Surroundings& around,
                                              telemetry::PlatformRows* out) {
  return std::make_unique<Support>(params, around, out);
}

}  // namespace dwell::background
