#pragma once
// What MIDAS, MIDAS-R and MIDAS-F have in common: the same rows in, the same entities out, around the core that scores
// one stream of edges (plain_midas.hpp, relational_midas.hpp, filtering_midas.hpp). Sequential; a tick is a window. Two
// streams of member-data requests: source → page and key → member.
//   row score     the greater of its two edge scores
//   window score  of a source: the greatest source → page score among its rows; of a key: the greatest key → member one
// On somebody's own edges (`MidasEdges`) the core scores each edge as it comes; ticks may be left out.

#include <algorithm>
#include <array>
#include <vector>

#include "detectors/common/described.hpp"
#include "detectors/common/records.hpp"
#include "detectors/sketches/midas_ratio.hpp"
#include "sim/core/digest.hpp"

namespace dwell::detect {

inline constexpr std::uint32_t kPublishedRows = 2;  // of each sketch: loops over them are unrolled

/// What the rows of a window scored, each for an entity.
class ScoredRows {
 public:
  struct Scored {
    std::uint64_t id;
    MidasRatio ratio;
  };
  /// Room for `count` more, all of which must be written.
  [[nodiscard]] Scored* extend(std::size_t count) {
    if (size_ + count > rows_.size()) [[unlikely]]
      rows_.resize(std::max(size_ + count, 2 * rows_.size()));
    size_ += count;
    return data() + (size_ - count);
  }
  [[nodiscard]] Scored* data() { return rows_.data(); }
  /// Drops what is surely at the floor or below, a little less than that, so that rounding leaves the decision to
  /// `emit`; returns how many are left. Which are is hard to foretell: nothing branches on it.
  std::size_t keep_from(double floor, const MidasPast& past) {
    const double least = floor * past.ticks * (1 - 1e-12);
    if (!(least > 0)) return size_;
    Scored* const rows = data();
    std::size_t kept = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      const Scored row = rows[i];
      rows[kept] = row;
      kept += row.ratio.square < least * row.ratio.total ? 0 : 1;
    }
    return size_ = kept;
  }
  void clear() { size_ = 0; }
  [[nodiscard]] std::uint64_t bytes() const { return rows_.capacity() * sizeof(Scored); }

  void save(ByteWriter& writer) const {
    put_records(writer, std::vector<Scored>(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(size_)));
  }
  void restore(ByteReader& reader) {
    rows_ = get_records<Scored>(reader);
    size_ = rows_.size();
  }

 private:
  std::vector<Scored> rows_;  // the first size_ of them are in use
  std::size_t size_ = 0;
};

template <class Core>
class MidasDetector final : public Described<MidasDetector<Core>, SequentialDetector> {
  using Base = Described<MidasDetector<Core>, SequentialDetector>;

 public:
  MidasDetector(const Descriptor& descriptor, const Setting& setting)
      : Base(descriptor),
        rows_(static_cast<std::uint32_t>(descriptor.parameter("rows"))),
        pages_(Core::of(descriptor, setting.seed.value)),
        members_(Core::of(descriptor, mix64(setting.seed.value))) {}

  void observe(const WindowRows& rows) override {
    for_each(rows.access, [](std::size_t, const MidasRatios&) {});
  }
  bool score_rows(const WindowRows& rows, std::span<double> out) override {
    const MidasPast past(pages_.ticks());
    for_each(rows.access, [&](std::size_t i, const MidasRatios& both) { out[i] = past.score(both.greater()); });
    return true;
  }
  void close(const WindowInfo&, Scores& scores) override {
    // All rows of a window share one tick, so ratios of different rows compare as their scores do.
    const MidasPast past(pages_.ticks());
    emit(sources_, EntityKind::source, past, scores);
    emit(keys_, EntityKind::key, past, scores);
    pages_.tick();
    members_.tick();
  }

  void save(ByteWriter& writer) const override {
    pages_.save(writer);
    members_.save(writer);
    sources_.save(writer);
    keys_.save(writer);
  }
  Status restore(ByteReader& reader) override {
    pages_.restore(reader);
    members_.restore(reader);
    sources_.restore(reader);
    keys_.restore(reader);
    if (pages_.ticks() < 1 || pages_.ticks() >= static_cast<std::uint64_t>(kMostTick)) reader.fail();
    if (!reader.failed() && !(pages_.sound() && members_.sound() && pages_.ticks() == members_.ticks())) {
      return Error{this->descriptor().name, "saved state", "sketches of another size", "the size its parameters give"};
    }
    return this->restored(reader);
  }
  [[nodiscard]] std::uint64_t state_bytes() const override {
    return sizeof *this + pages_.bytes() + members_.bytes() + sources_.bytes() + keys_.bytes();
  }

 private:
  using Scored = ScoredRows::Scored;
  static constexpr std::size_t kTogether = 16;  // rows whose cells are found before the first is used

  /// Adds every row and hands `done` its place and both ratios.
  template <class Done>
  void for_each(const telemetry::AccessRows& access, Done done) {
    if (rows_ == kPublishedRows) {
      for_each<kPublishedRows>(access, done);
    } else {
      for_each<0>(access, done);
    }
  }
  /// The sketches do not stay in the inner caches between windows: cells are fetched while earlier rows are added.
  /// Takes a view by value, which no store can change.
  template <std::uint32_t Rows, class Done>
  void for_each(telemetry::AccessRows access, Done done) {
    struct Found {
      typename Core::template Edge<Rows> by_page, by_member;
    };
    std::array<Found, kTogether> found;
    const typename Core::Tick tick = pages_.now();
    const std::size_t size = access.size();
    Scored* source = sources_.extend(size);
    Scored* key = keys_.extend(size);
    for (std::size_t begin = 0; begin < size; begin += kTogether) {
      const std::size_t end = std::min(size, begin + kTogether);
      for (std::size_t i = begin; i < end; ++i) {
        Found& row = found[i - begin];
        pages_.template find<Rows>(access.source(i), access.page(i), row.by_page);
        members_.template find<Rows>(access.key(i), access.member(i), row.by_member);
      }
      for (std::size_t i = begin; i < end; ++i) {
        const Found& row = found[i - begin];
        const MidasRatios both = Core::template add<Rows>(pages_, row.by_page, members_, row.by_member, tick);
        *source++ = {access.source(i), both.first()};
        *key++ = {access.key(i), both.second()};
        done(i, both);
      }
    }
  }
  static void emit(ScoredRows& rows, EntityKind kind, const MidasPast& past, Scores& scores) {
    Scored* const begin = rows.data();
    const std::size_t size = rows.keep_from(scores.floor(), past);
    if (size > 1) {
      std::sort(begin, begin + size,
                [](const Scored& a, const Scored& b) { return a.id != b.id ? a.id < b.id : b.ratio.below(a.ratio); });
    }
    for (std::size_t i = 0; i < size; ++i) {
      if (i == 0 || begin[i].id != begin[i - 1].id) scores.emit({kind, begin[i].id}, past.score(begin[i].ratio));
    }
    rows.clear();
  }

  std::uint32_t rows_;
  Core pages_;          // source → page
  Core members_;        // key → member
  ScoredRows sources_;  // this window's
  ScoredRows keys_;
};

/// Edges of a file. Ids from 2^32 up are hashed, so that any two numbers make distinct edges but for chance. `Rows` is
/// the number of rows of each sketch where it is known to the compiler, else 0.
template <class Core, std::uint32_t Rows>
class MidasEdges final : public EdgeDetector {
 public:
  explicit MidasEdges(const Descriptor& descriptor) : core_(Core::of(descriptor, kSalt)), now_(core_.now()) {}
  double edge(std::uint64_t source, std::uint64_t destination, std::int64_t tick) override {
    if (static_cast<std::uint64_t>(tick) != core_.ticks()) {
      core_.tick_to(static_cast<std::uint64_t>(tick));
      now_ = core_.now();
    }
    typename Core::template Edge<Rows> edge{};
    core_.template find<Rows>(short_id(source), short_id(destination), edge);
    return now_.score(core_.template add<Rows>(edge, now_));
  }

 private:
  static constexpr std::uint64_t kSalt = 1;  // a run over a file has no seed
  static std::uint64_t short_id(std::uint64_t id) { return id >> 32 == 0 ? id : mix64(id); }
  Core core_;
  typename Core::Tick now_;
};

template <class Core>
std::unique_ptr<Detector> make_midas_detector(const Descriptor& descriptor, const Setting& setting) {
  return std::make_unique<MidasDetector<Core>>(descriptor, setting);
}
template <class Core>
std::unique_ptr<EdgeDetector> make_midas_edges(const Descriptor& descriptor) {
  if (descriptor.parameter("rows") == kPublishedRows) {
    return std::make_unique<MidasEdges<Core, kPublishedRows>>(descriptor);
  }
  return std::make_unique<MidasEdges<Core, 0>>(descriptor);
}

}  // namespace dwell::detect
