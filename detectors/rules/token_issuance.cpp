#include "detectors/rules/token_issuance.hpp"

#include <algorithm>

#include "detectors/common/described.hpp"
#include "detectors/common/excess.hpp"
#include "detectors/common/flat_map.hpp"
#include "detectors/rules/issued_tokens.hpp"

namespace dwell::detect {
namespace {

constexpr std::size_t kMostKeys = 1 << 16;
constexpr std::size_t kMostSources = 1 << 17;
constexpr double kMostShape = 50;
constexpr double kSourcePrior = .05;  // rows not issued that any source may have in the recent past
constexpr double kCommonPrior = 5;    // rows of other keys that a common loss must outweigh

class TokenIssuance final : public Described<TokenIssuance, ShardedDetector> {
 public:
  TokenIssuance(const Descriptor& descriptor, const Setting& setting)
      : Described(descriptor),
        plan_(IssuedPlan::of(descriptor, setting)),
        recent_(parameter("recent_hours") / 24 * static_cast<double>(setting.windows_per_day)),
        common_(static_cast<double>(setting.windows_per_day) / 24),
        learn_(parameter("learn_days") * static_cast<double>(setting.windows_per_day)) {}

  [[nodiscard]] std::unique_ptr<ShardState> make_shard_state(ShardId) const override {
    return std::make_unique<IssuedTokens>(plan_);
  }
  /// Sums: one entry a (key, source), rows in the low half and rows not issued in the high half of the value.
  void observe(const WindowRows& rows, ShardState* state, WindowTable& table) const override {
    static_cast<IssuedTokens&>(*state).observe(rows, table);
  }

  void close(const WindowInfo& window, const WindowRows&, const WindowTable& table, Scores& scores) override {
    if (table.sums.empty()) return;
    gather(table.sums);
    const double keep = common_.keep(window.index - common_window_);
    common_window_ = window.index;
    common_missing_ *= keep;
    common_expected_ *= keep;
    auto followed = followed_.begin();
    for (const SparseTable::Entry& group : groups_) {
      const double rate = judge_key(window.index, group, scores);
      for (; followed != followed_.end() && followed->key >> 32 == group.key; ++followed) {
        judge_source(window.index, *followed, rate, scores);
      }
    }
    keys_.prune(kMostKeys, [](const Key& key) { return key.learnt_rows; });
    sources_.prune(kMostSources, [](const Source& source) { return source.window; });
  }

  void save(ByteWriter& writer) const override {
    keys_.save(writer);
    sources_.save(writer);
    writer.put(common_missing_);
    writer.put(common_expected_);
    writer.put(common_window_);
  }
  Status restore(ByteReader& reader) override {
    keys_.restore(reader);
    sources_.restore(reader);
    common_missing_ = reader.get<double>();
    common_expected_ = reader.get<double>();
    common_window_ = reader.get<std::int64_t>();
    return restored(reader);
  }
  [[nodiscard]] std::uint64_t state_bytes() const override {
    return sizeof *this + keys_.bytes() + sources_.bytes() +
           (groups_.capacity() + followed_.capacity()) * sizeof(SparseTable::Entry);
  }

 private:
  struct Key {
    double missing = 0;  // recent
    double expected = 0;
    double common_missing = 0;  // over an hour, for what this key adds to the common loss
    double common_expected = 0;
    double learnt_missing = 0;
    double learnt_rows = 0;
    std::int64_t window = 0;
  };
  struct Source {
    double missing = 0;
    double expected = 0;
    std::int64_t window = 0;
  };
  static double rows_of(const SparseTable::Entry& entry) { return static_cast<double>(entry.value & 0xffffffffLL); }
  static double missing_of(const SparseTable::Entry& entry) { return static_cast<double>(entry.value >> 32); }

  /// Sums entries by key into `groups_`, in order of key, for sums of floating-point numbers must not depend on the
  /// order of a table; copies those of sources that are followed into `followed_`, in order too. Sources are followed
  /// from the first window with a row that was not issued; whether they are must not depend on what else this window
  /// shows of them.
  void gather(const SparseTable& table) {
    const auto by_key = [](const auto& a, const auto& b) { return a.key < b.key; };
    for (const SparseTable::Entry& entry : table.entries()) sources_.prefetch_slot(source_of(entry));
    by_key_.clear();
    followed_.clear();
    for (const SparseTable::Entry& entry : table.entries()) {
      by_key_.add(entry.key >> 32, entry.value);
      if (entry.value >> 32 != 0 || sources_.find(source_of(entry)) != nullptr) followed_.push_back(entry);
    }
    groups_.assign(by_key_.entries().begin(), by_key_.entries().end());
    std::sort(groups_.begin(), groups_.end(), by_key);
    std::sort(followed_.begin(), followed_.end(), by_key);
  }
  static std::uint64_t source_of(const SparseTable::Entry& entry) { return entry.key & 0xffffffffU; }

  /// Returns the rate at which rows of the key were expected not to be issued.
  double judge_key(std::int64_t window, const SparseTable::Entry& group, Scores& scores) {
    const std::uint64_t id = group.key;
    const double rows = rows_of(group);
    const double missing = missing_of(group);
    Key& key = keys_.at(id);
    age(key, window);
    // One row in a hundred, with the weight of ten rows, before anything is learnt.
    const double share = (key.learnt_missing + .1) / (key.learnt_rows + 10);
    const double others_missing = std::max(0.0, common_missing_ - key.common_missing);
    const double others_expected = std::max(0.0, common_expected_ - key.common_expected);
    const double common = std::max(1.0, (others_missing + kCommonPrior) / (others_expected + kCommonPrior));
    const double rate = std::min(1.0, share * common);
    key.missing += missing;
    key.expected += rows * rate;
    const double shape = std::clamp(key.learnt_missing, 1.0, kMostShape);
    if (missing > 0) scores.emit({EntityKind::key, id}, excess_nats(key.missing, key.expected, shape));

    key.common_missing += missing;
    key.common_expected += rows * share;
    common_missing_ += missing;
    common_expected_ += rows * share;
    key.learnt_missing += missing;
    key.learnt_rows += rows;
    return rate;
  }
  void age(Key& key, std::int64_t window) const {
    const std::int64_t elapsed = window - key.window;
    key.window = window;
    const double recent = recent_.keep(elapsed);
    key.missing *= recent;
    key.expected *= recent;
    const double common = common_.keep(elapsed);
    key.common_missing *= common;
    key.common_expected *= common;
    const double learnt = learn_.keep(elapsed);
    key.learnt_missing *= learnt;
    key.learnt_rows *= learnt;
  }
  void judge_source(std::int64_t window, const SparseTable::Entry& entry, double rate, Scores& scores) {
    const std::uint64_t id = source_of(entry);
    const double missing = missing_of(entry);
    Source& source = sources_.at(id);
    const double keep = recent_.keep(window - source.window);
    source.window = window;
    source.missing = source.missing * keep + missing;
    source.expected = source.expected * keep + rows_of(entry) * rate;
    if (missing > 0)
      scores.emit({EntityKind::source, id}, excess_nats(source.missing, source.expected + kSourcePrior, 1));
  }

  IssuedPlan plan_;
  Forgetting recent_;
  Forgetting common_;
  Forgetting learn_;
  FlatMap<Key> keys_;
  FlatMap<Source> sources_;
  double common_missing_ = 0;
  double common_expected_ = 0;
  std::int64_t common_window_ = 0;
  SparseTable by_key_;  // scratch, as are the next
  std::vector<SparseTable::Entry> groups_;
  std::vector<SparseTable::Entry> followed_;
};

}  // namespace

Descriptor describe_token_issuance() {
  Descriptor d;
  d.name = "token-issuance";
  d.summary = "tokens that the issuance log never showed, beyond what lost rows and partners explain";
  d.tier = Tier::t1;
  d.topics = topic_bit(telemetry::Topic::access) | topic_bit(telemetry::Topic::auth);
  d.parameters = {
      {"lag_windows", 5, 0, 1440, "windows an access row waits for its issuance row"},
      {"bits_per_key", 10, 4, 32, "bits a token in the filters"},
      {"hashes", 7, 1, 16, "hashes a token"},
      {"lifetime_days", 1, .05, 60, "how long issued tokens are remembered at least"},
      {"generation_hours", 12, 1, 1440, "span of one filter"},
      {"recent_hours", 6, .1, 720, "time constant of what is judged"},
      {"learn_days", 28, 1, 365, "time constant of the share learnt"},
  };
  d.memory_bound_bytes = 320ULL << 20;
  d.time_bound_ns = 600;
  d.names_sources = true;
  d.paper = "Bloom 1970";
  d.check = "false-positive rate .82 %";
  return d;
}

std::unique_ptr<Detector> make_token_issuance(const Descriptor& descriptor, const Setting& setting) {
  return std::make_unique<TokenIssuance>(descriptor, setting);
}

}  // namespace dwell::detect
