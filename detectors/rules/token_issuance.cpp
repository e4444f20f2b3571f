#include "detectors/rules/token_issuance.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "detectors/common/add_up.hpp"
#include "detectors/common/described.hpp"
#include "detectors/common/excess.hpp"
#include "detectors/common/few_keys.hpp"
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
  /// List: an entry a row, its key above its source; 1 in the low half of the value, and in the high half 1 for a row
  /// that was not issued.
  void observe(const WindowRows& rows, ShardState* state, WindowTable& table) const override {
    static_cast<IssuedTokens&>(*state).observe(rows, table);
  }

  void close(const WindowInfo& window, const WindowRows&, const WindowTable& table, Scores& scores) override {
    if (table.list.empty()) return;
    gather(table.list.entries());
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
    return sizeof *this + keys_.bytes() + sources_.bytes() + groups_.capacity() * sizeof(SparseTable::Entry) +
           followed_.capacity() * sizeof(Followed) + lost_.capacity() * sizeof(std::uint64_t);
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
  /// Rows of a key and a source, the number of not issued ones in the high half of `value`, and where the source
  /// stands.
  struct Followed {
    std::uint64_t key;
    std::int64_t value;
    std::size_t source;
  };
  template <class Entry>
  static double rows_of(const Entry& entry) {
    return static_cast<double>(entry.value & 0xffffffffLL);
  }
  template <class Entry>
  static double missing_of(const Entry& entry) {
    return static_cast<double>(entry.value >> 32);
  }

  /// Sums rows by key into `groups_`, and by key and source, for sources that are followed, into `followed_`, both in
  /// order. Sources are followed from the first window with a row that was not issued, first under the key of that row;
  /// whether they are must not depend on what else this window shows of them.
  void gather(std::span<const SparseTable::Entry> rows) {
    groups_.clear();
    lost_.clear();
    if (rows.size() <= kFewToAddUp) {
      add_up_few(rows, groups_);
    } else {
      FewKeys keys;
      const auto spill = [&](const SparseTable::Entry& key) { groups_.push_back(key); };
      for (const SparseTable::Entry& row : rows) {
        sources_.prefetch_slot(source_of(row));
        keys.add(row.key >> 32, row.value, spill);
      }
      keys.finish(spill);
    }
    followed_.resize(rows.size());
    std::size_t size = 0;
    const auto* const sources = sources_.entries().data();
    for (const SparseTable::Entry& row : rows) {
      const auto* const source = sources_.find_entry(source_of(row));
      const bool known = source != nullptr;
      followed_[size] = {row.key, row.value, known ? static_cast<std::size_t>(source - sources) : 0};
      size += known ? 1 : 0;
      if (!known && row.value >> 32 != 0) [[unlikely]]
        lost_.push_back(row.key);
    }
    followed_.resize(size);
    if (!lost_.empty()) follow_lost(rows);
    if (rows.size() > kFewToAddUp) add_up(groups_);
    add_up(followed_);
  }
  /// Follows sources that were not followed before, under the keys of rows that were not issued.
  void follow_lost(std::span<const SparseTable::Entry> rows) {
    std::sort(lost_.begin(), lost_.end());
    for (const SparseTable::Entry& row : rows) {
      if (!std::binary_search(lost_.begin(), lost_.end(), row.key)) continue;
      sources_.at(source_of(row));
      const auto* const source = sources_.find_entry(source_of(row));
      followed_.push_back({row.key, row.value, static_cast<std::size_t>(source - sources_.entries().data())});
    }
  }
  template <class Entry>
  static std::uint64_t source_of(const Entry& entry) {
    return entry.key & 0xffffffffU;
  }

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
  void judge_source(std::int64_t window, const Followed& entry, double rate, Scores& scores) {
    const double missing = missing_of(entry);
    Source& source = sources_.entries()[entry.source].value;
    const double keep = recent_.keep(window - source.window);
    source.window = window;
    source.missing = source.missing * keep + missing;
    source.expected = source.expected * keep + rows_of(entry) * rate;
    if (missing > 0)
      scores.emit({EntityKind::source, source_of(entry)},
                  excess_nats(source.missing, source.expected + kSourcePrior, 1));
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
  std::vector<SparseTable::Entry> groups_;  // scratch, as are the next
  std::vector<Followed> followed_;
  std::vector<std::uint64_t> lost_;  // key and source of rows that were not issued, of sources not followed before
};

}  // namespace

Descriptor describe_token_issuance() {
  Descriptor d;
  d.name = "token-issuance";
  d.summary = "tokens that the issuance log never showed, beyond what lost rows and partners explain";
  d.tier = Tier::t1;
  d.topics = topic_bit(telemetry::Topic::access) | topic_bit(telemetry::Topic::auth);
  d.parameters = {
      {"lag_windows", 5, 0, 1440, "windows an access row waits for its issuance row", Numbers::whole},
      {"bits_per_key", 10, 4, 32, "bits a token in the filters"},
      {"hashes", 7, 1, 16, "hashes a token", Numbers::whole},
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
