#include "detectors/sketches/midas_r.hpp"

#include <algorithm>
#include <vector>

#include "detectors/common/described.hpp"
#include "detectors/sketches/relational_midas.hpp"

namespace dwell::detect {
namespace {

class MidasR final : public Described<MidasR, SequentialDetector> {
 public:
  MidasR(const Descriptor& descriptor, const Setting& setting)
      : Described(descriptor), pages_(make(setting.seed.value)), members_(make(mix64(setting.seed.value))) {}

  void observe(const WindowRows& rows) override {
    for (std::size_t i = 0; i < rows.access.size(); ++i) step(rows.access, i);
  }
  bool score_rows(const WindowRows& rows, std::span<double> out) override {
    for (std::size_t i = 0; i < rows.access.size(); ++i) out[i] = step(rows.access, i);
    return true;
  }
  void close(const WindowInfo&, Scores& scores) override {
    emit(sources_, EntityKind::source, scores);
    emit(keys_, EntityKind::key, scores);
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
  struct Scored {
    std::uint64_t id;
    double score;
  };

  [[nodiscard]] RelationalMidas make(std::uint64_t salt) const {
    return {static_cast<std::uint32_t>(whole("rows")), static_cast<std::uint32_t>(whole("columns")), parameter("alpha"),
            salt};
  }
  double step(const telemetry::AccessRows& access, std::size_t i) {
    const std::uint32_t source = access.source(i);
    const std::uint32_t key = access.key(i);
    const double by_page = pages_.add(source, access.page(i));
    const double by_member = members_.add(key, access.member(i));
    sources_.push_back({source, by_page});
    // Few keys in many rows: keep one entry while the key repeats.
    if (!keys_.empty() && keys_.back().id == key) {
      keys_.back().score = std::max(keys_.back().score, by_member);
    } else {
      keys_.push_back({key, by_member});
    }
    return std::max(by_page, by_member);
  }
  static void emit(std::vector<Scored>& scored, EntityKind kind, Scores& scores) {
    const double floor = scores.floor();
    std::erase_if(scored, [&](const Scored& s) { return s.score <= floor; });
    std::sort(scored.begin(), scored.end(),
              [](const Scored& a, const Scored& b) { return a.id != b.id ? a.id < b.id : a.score > b.score; });
    for (std::size_t i = 0; i < scored.size(); ++i) {
      if (i == 0 || scored[i].id != scored[i - 1].id) scores.emit({kind, scored[i].id}, scored[i].score);
    }
    scored.clear();
  }

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
  d.paper = "Bhatia et al. 2020, MIDAS-R";
  return d;
}

std::unique_ptr<Detector> make_midas_r(const Descriptor& descriptor, const Setting& setting) {
  return std::make_unique<MidasR>(descriptor, setting);
}

}  // namespace dwell::detect
