#include "detectors/sketches/count_min_changers.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

#include "detectors/common/described.hpp"
#include "detectors/common/excess.hpp"
#include "detectors/common/flat_map.hpp"
#include "detectors/common/sliding_count_min.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/time.hpp"

namespace dwell::detect {
namespace {

constexpr std::size_t kKinds = 2;
constexpr std::size_t kSources = 0, kNetworks = 1;
constexpr std::array<EntityKind, kKinds> kNamed = {EntityKind::source, EntityKind::network};
constexpr std::uint32_t kUsualRows = 3;
constexpr std::size_t kMostNoted = 1 << 16;
constexpr double kPriorWeight = .5;
constexpr double kMostShape = 50;

class CountMinChangers final : public Described<CountMinChangers, ShardedDetector> {
 public:
  CountMinChangers(const Descriptor& descriptor, const Setting& setting)
      : Described(descriptor),
        least_(static_cast<std::uint64_t>(whole("least_requests"))),
        prior_share_(1 / parameter("usual_entities")),
        hours_(static_cast<std::size_t>(whole("past_hours"))) {
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
      const CountMin empty =
          CountMin::with_error(parameter("epsilon"), parameter("delta"), mix64(setting.seed.value, kind));
      kinds_[kind].hours = SlidingCountMin(empty, hours_);
    }
    past_requests_.assign(hours_, 0);
  }

  void observe(const WindowRows& rows, ShardState*, WindowTable& table) const override {
    const telemetry::AccessRows access = rows.access;  // by value: no store can change it
    const std::size_t size = access.size();
    SparseTable::Entry* const out = table.list.extend(size);
    for (std::size_t i = 0; i < size; ++i) {
      out[i] = {static_cast<std::uint64_t>(access.network(i)) << 32 | access.source(i), 1};
    }
  }

  void close(const WindowInfo& window, const WindowRows&, const WindowTable& table, Scores& scores) override {
    const auto entries = table.list.entries();
    requests_ += entries.size();
    count(
        kinds_[kSources], entries.size(), [entries](std::size_t i) { return entries[i].key & 0xffffffffU; },
        [](std::size_t) { return 1U; });
    sum_up_networks(entries);
    if (window.begin_us / Duration::hours(1).us == window.end_us / Duration::hours(1).us) return;
    count_networks();
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
      judge(kinds_[kind], kNamed[kind], scores);
      end_hour(kinds_[kind]);
    }
    all_past_ += requests_ - past_requests_[place_];
    past_requests_[place_] = requests_;
    requests_ = 0;
    place_ = (place_ + 1) % hours_;
    held_ = std::min(held_ + 1, hours_);
  }

  void save(ByteWriter& writer) const override {
    for (const Kind& kind : kinds_) {
      kind.hours.save(writer);
      kind.noted.save(writer);
    }
    std::vector<std::uint32_t> networks = networks_, requests;
    std::sort(networks.begin(), networks.end());  // equal counts save equal bytes
    for (const std::uint32_t network : networks) requests.push_back(network_requests_[network]);
    writer.put_vector(networks);
    writer.put_vector(requests);
    writer.put_vector(past_requests_);
    for (const std::uint64_t value : {requests_, all_past_, std::uint64_t{place_}, std::uint64_t{held_}})
      writer.put(value);
  }
  Status restore(ByteReader& reader) override {
    for (Kind& kind : kinds_) {
      kind.hours.restore(reader);
      kind.noted.restore(reader);
      kind.known.clear();
    }
    restore_networks(reader);
    past_requests_ = reader.get_vector<std::uint64_t>();
    requests_ = reader.get<std::uint64_t>();
    all_past_ = reader.get<std::uint64_t>();
    place_ = reader.get<std::uint64_t>();
    held_ = reader.get<std::uint64_t>();
    if (past_requests_.size() != hours_ || place_ >= hours_ || held_ > hours_) reader.fail();
    return restored(reader);
  }
  [[nodiscard]] std::uint64_t state_bytes() const override {
    std::uint64_t bytes =
        sizeof *this + past_requests_.capacity() * sizeof(std::uint64_t) +
        (networks_.capacity() + network_requests_.capacity() + places_.capacity()) * sizeof(std::uint32_t) +
        reached_.capacity() * sizeof(SparseTable::Entry);
    for (const Kind& kind : kinds_) bytes += kind.hours.bytes() + kind.noted.bytes();
    return bytes;
  }

 private:
  /// Some of the ids that are noted, by hash: most rows need no look-up.
  class Known {
   public:
    Known() { clear(); }
    std::uint32_t& at(std::uint64_t id) { return ids_[place_hash(id) >> (64 - kBits)]; }
    void clear() {  // to ids whose place is another
      ids_.fill(0);
      at(0) = 1;
    }

   private:
    static constexpr unsigned kBits = 13;
    static_assert(place_hash(0) >> (64 - kBits) != place_hash(1) >> (64 - kBits));
    std::array<std::uint32_t, 1 << kBits> ids_;
  };
  struct Kind {
    SlidingCountMin hours;         // this hour, and those before
    FlatMap<std::uint64_t> noted;  // ids whose estimate reached the least, with what it was then
    Known known;
  };

  /// Networks are few: an hour's requests are summed up by network, and enter the sketch at its end.
  void sum_up_networks(std::span<const SparseTable::Entry> entries) {
    std::size_t size = networks_.size();
    networks_.resize(size + entries.size() + 1);
    std::uint32_t* const networks = networks_.data();
    for (const SparseTable::Entry& entry : entries) {
      const auto network = static_cast<std::uint32_t>(entry.key >> 32);
      if (network >= network_requests_.size()) [[unlikely]]
        network_requests_.resize(std::size_t{network} + 1, 0);
      networks[size] = network;
      size += network_requests_[network]++ == 0 ? 1 : 0;
    }
    networks_.resize(size);
  }
  void count_networks() {
    count(
        kinds_[kNetworks], networks_.size(), [this](std::size_t i) { return networks_[i]; },
        [this](std::size_t i) { return network_requests_[networks_[i]]; });
    for (const std::uint32_t network : networks_) network_requests_[network] = 0;
    networks_.clear();
  }
  void restore_networks(ByteReader& reader) {
    networks_ = reader.get_vector<std::uint32_t>();
    const std::vector<std::uint32_t> requests = reader.get_vector<std::uint32_t>();
    network_requests_.clear();
    const bool ascending =
        std::adjacent_find(networks_.begin(), networks_.end(), std::greater_equal<>()) == networks_.end();
    if (requests.size() != networks_.size() || !ascending ||
        (!networks_.empty() && networks_.back() > most_id(EntityKind::network)) ||
        std::find(requests.begin(), requests.end(), 0U) != requests.end())
      return reader.fail();
    if (!networks_.empty()) network_requests_.resize(std::size_t{networks_.back()} + 1, 0);
    for (std::size_t i = 0; i < networks_.size(); ++i) network_requests_[networks_[i]] = requests[i];
  }
  /// Counts the `size` ids that `id(i)` names `amount(i)` times, and notes those that reach the least.
  template <class Id, class Amount>
  void count(Kind& kind, std::size_t size, Id id, Amount amount) {
    // The usual number of rows of the sketches is known to the compiler.
    if (kind.hours.rows() == kUsualRows) {
      count<kUsualRows>(kind, size, id, amount);
    } else {
      count<0>(kind, size, id, amount);
    }
    if (kind.noted.size() <= kMostNoted) return;
    kind.noted.prune(kMostNoted, [](std::uint64_t estimate) { return estimate; });
    kind.known.clear();
  }
  template <std::uint32_t Rows, class Id, class Amount>
  void count(Kind& kind, std::size_t size, Id id, Amount amount) {
    SlidingCountMin& hours = kind.hours;
    const std::size_t rows = Rows == 0 ? hours.rows() : Rows;
    if (places_.size() < size * rows) places_.resize(size * rows);
    std::uint32_t* const places = places_.data();
    hours.count<Rows>(size, id, amount, places);
    // Noted when all are counted: estimates on the way would depend on their order. Whether an id has reached the least
    // is anybody's guess, so rows that have are listed first, without a branch.
    if (reached_.size() < size) reached_.resize(size);
    std::size_t reached = 0;
    const std::uint64_t least = least_;
    Known& known = kind.known;
    for (std::size_t i = 0; i < size; ++i) {
      const std::uint64_t estimate = hours.estimate_at<Rows>(places + i * rows);
      const std::uint64_t reaching = id(i);
      reached_[reached] = {reaching, static_cast<std::int64_t>(estimate)};
      reached += (estimate >= least) & (known.at(reaching) != reaching) ? 1 : 0;
    }
    for (std::size_t i = 0; i < reached; ++i) {
      known.at(reached_[i].key) = static_cast<std::uint32_t>(reached_[i].key);
      if (kind.noted.find(reached_[i].key) == nullptr)
        kind.noted.insert(reached_[i].key, static_cast<std::uint64_t>(reached_[i].value));
    }
  }
  void judge(const Kind& kind, EntityKind named, Scores& scores) const {
    if (held_ == 0) return;
    const auto now = static_cast<double>(requests_);
    const auto all_past = static_cast<double>(all_past_);
    for (const auto& entry : kind.noted.entries()) {
      const SlidingCountMin::Estimates estimates = kind.hours.estimates(entry.key);
      const auto past = static_cast<double>(estimates.past);
      const double expected = now * (kPriorWeight + past) / (kPriorWeight / prior_share_ + all_past);
      const double shape = std::min(kMostShape, kPriorWeight + past / static_cast<double>(held_));
      scores.emit({named, entry.key}, excess_nats(static_cast<double>(estimates.present), expected, shape));
    }
  }
  void end_hour(Kind& kind) {
    kind.hours.move_on();
    kind.noted.clear();
    kind.known.clear();
  }

  std::uint64_t least_;
  double prior_share_;
  std::size_t hours_;
  std::array<Kind, kKinds> kinds_;
  std::uint64_t requests_ = 0;                // this hour
  std::vector<std::uint64_t> past_requests_;  // of the hours held; the oldest is at place_
  std::uint64_t all_past_ = 0;                // their sum
  std::size_t place_ = 0;
  std::size_t held_ = 0;
  std::vector<std::uint32_t> networks_;          // of this hour
  std::vector<std::uint32_t> network_requests_;  // by network: of this hour
  std::vector<std::uint32_t> places_;            // scratch: cells of ids
  std::vector<SparseTable::Entry> reached_;      // scratch: ids that reach the least, and their estimates
};

}  // namespace

Descriptor describe_count_min_changers() {
  Descriptor d;
  d.name = "count-min-changers";
  d.summary = "sources and networks whose hourly volume grew against the hours before";
  d.parameters = {
      {"epsilon", .0005, 1e-6, .5, "error of an estimate, as a share of all requests counted"},
      {"delta", .05, 1e-9, .5, "probability that an estimate's error is greater"},
      {"past_hours", 24, 1, 168, "hours before that the current one is compared with", Numbers::whole},
      {"least_requests", 8, 1, 1e9, "requests in an hour below which nobody is judged", Numbers::whole},
      {"usual_entities", 1e4, 1, 1e9, "inverse of the share that an entity without a past is expected to have"},
  };
  d.memory_bound_bytes = count_min_changers_bound_bytes(d);
  d.time_bound_ns = 500;
  d.names_sources = true;
  d.paper = "Cormode and Muthukrishnan 2005";
  d.check = "error of an estimate ≤ εN with probability 1 − δ";
  return d;
}

std::uint64_t count_min_changers_bound_bytes(const Descriptor& d) {
  const CountMin::Shape shape = CountMin::shape_for(d.parameter("epsilon"), d.parameter("delta"));
  const std::uint64_t cells = std::uint64_t{shape.rows} * shape.columns;
  const auto hours = static_cast<std::uint64_t>(d.parameter("past_hours"));
  constexpr std::uint64_t kBytesOfNow = 3 * sizeof(std::uint32_t);  // this hour, the sum of the past, cells touched
  constexpr std::uint64_t kBytesOfHour = 2 * 8;                     // a cell of an hour, in a list that may have grown
  constexpr std::uint64_t kNotedBytes = 12 << 20;
  return kKinds * cells * (kBytesOfNow + hours * kBytesOfHour) + kNotedBytes;
}

std::unique_ptr<Detector> make_count_min_changers(const Descriptor& descriptor, const Setting& setting) {
  return std::make_unique<CountMinChangers>(descriptor, setting);
}

}  // namespace dwell::detect
