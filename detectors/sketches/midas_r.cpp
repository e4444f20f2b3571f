#include "detectors/sketches/midas_r.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "detectors/common/described.hpp"
#include "detectors/sketches/relational_midas.hpp"
#include "sim/core/digest.hpp"

namespace dwell::detect {
namespace {

class MidasR final : public Described<MidasR, SequentialDetector> {
 public:
  MidasR(const Descriptor& descriptor, const Setting& setting)
      : Described(descriptor),
        rows_(static_cast<std::uint32_t>(whole("rows"))),
        pages_(make(setting.seed.value)),
        members_(make(mix64(setting.seed.value))) {}

  void observe(const WindowRows& rows) override {
    for_each(rows.access, [](std::size_t, const Ratio&, const Ratio&) {});
  }
  bool score_rows(const WindowRows& rows, std::span<double> out) override {
    for_each(rows.access, [&](std::size_t i, const Ratio& by_page, const Ratio& by_member) {
      out[i] = std::max(pages_.score(by_page), members_.score(by_member));
    });
    return true;
  }
  void close(const WindowInfo&, Scores& scores) override {
    // All rows of a window share one tick, so ratios of different rows compare as their scores do.
    emit(sources_, EntityKind::source, pages_, scores);
    emit(keys_, EntityKind::key, members_, scores);
    pages_.tick();
    members_.tick();
  }

  void save(ByteWriter& writer) const override {
    pages_.save(writer);
    members_.save(writer);
    put_records(writer, sources_);
    put_records(writer, keys_);
  }
  Status restore(ByteReader& reader) override {
    pages_.restore(reader);
    members_.restore(reader);
    sources_ = get_records<Scored>(reader);
    keys_ = get_records<Scored>(reader);
    if (!reader.failed() && !(pages_.sound() && members_.sound())) {
      return Error{descriptor().name, "saved state", "sketches of another size", "the size its parameters give"};
    }
    return restored(reader);
  }
  [[nodiscard]] std::uint64_t state_bytes() const override {
    return sizeof *this + pages_.bytes() + members_.bytes() + (sources_.capacity() + keys_.capacity()) * sizeof(Scored);
  }

 private:
  using Ratio = RelationalMidas::Ratio;
  struct Scored {
    std::uint64_t id;
    Ratio ratio;
  };
  static constexpr std::size_t kAhead = 8;            // rows between finding a row's cells and using them
  static constexpr std::uint32_t kPublishedRows = 2;  // of each sketch: the loop over them is unrolled

  [[nodiscard]] RelationalMidas make(std::uint64_t salt) const {
    return {rows_, static_cast<std::uint32_t>(whole("columns")), parameter("alpha"), salt};
  }
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
      std::uint64_t source, key;
      RelationalMidas::Edge by_page, by_member;
    };
    std::array<Found, kAhead> ahead;
    const std::size_t size = access.size();
    for (std::size_t i = 0; i < size + kAhead; ++i) {
      Found& row = ahead[i % kAhead];
      if (i >= kAhead) {
        const Ratio by_page = pages_.add<Rows>(row.by_page);
        const Ratio by_member = members_.add<Rows>(row.by_member);
        note(sources_, row.source, by_page);
        note(keys_, row.key, by_member);
        done(i - kAhead, by_page, by_member);
      }
      if (i >= size) continue;
      row.source = access.source(i);
      row.key = access.key(i);
      pages_.find<Rows>(row.source, access.page(i), row.by_page);
      members_.find<Rows>(row.key, access.member(i), row.by_member);
    }
  }
  /// Few keys in many rows: one entry while an id repeats.
  static void note(std::vector<Scored>& scored, std::uint64_t id, const Ratio& ratio) {
    if (scored.empty() || scored.back().id != id) {
      scored.push_back({id, ratio});
    } else if (scored.back().ratio.below(ratio)) {
      scored.back().ratio = ratio;
    }
  }
  static void emit(std::vector<Scored>& scored, EntityKind kind, const RelationalMidas& midas, Scores& scores) {
    // A little below the floor, so that rounding leaves the decision to `emit`.
    const double floor = scores.floor() * static_cast<double>(midas.ticks() - 1) * (1 - 1e-12);
    if (floor > 0) std::erase_if(scored, [&](const Scored& s) { return s.ratio.square < floor * s.ratio.total; });
    if (scored.size() > 1) {
      std::sort(scored.begin(), scored.end(),
                [](const Scored& a, const Scored& b) { return a.id != b.id ? a.id < b.id : b.ratio.below(a.ratio); });
    }
    for (std::size_t i = 0; i < scored.size(); ++i) {
      if (i == 0 || scored[i].id != scored[i - 1].id) scores.emit({kind, scored[i].id}, midas.score(scored[i].ratio));
    }
    scored.clear();
  }

  std::uint32_t rows_;
  RelationalMidas pages_;        // source → page
  RelationalMidas members_;      // key → member
  std::vector<Scored> sources_;  // this window's
  std::vector<Scored> keys_;
};

}  // namespace

Descriptor describe_midas_r() {
  Descriptor d;
  d.name = "midas-r";
  d.summary = "sudden bursts of source-page and key-member edges";
  d.form = Form::sequential;
  d.parameters = {
      {"rows", 2, 1, 8, "rows of each Count-Min sketch"},
      {"columns", 1024, 16, 1 << 22, "columns of each Count-Min sketch"},
      {"alpha", .5, 0, .999, "factor on current counts at the end of a window"},
  };
  d.memory_bound_bytes = 8 << 20;
  d.names_sources = true;
  d.paper = "Bhatia et al. 2020, MIDAS-R";
  return d;
}

std::unique_ptr<Detector> make_midas_r(const Descriptor& descriptor, const Setting& setting) {
  return std::make_unique<MidasR>(descriptor, setting);
}

}  // namespace dwell::detect
