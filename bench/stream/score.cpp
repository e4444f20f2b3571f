#include "bench/stream/score.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "bench/stream/fields.hpp"

namespace dwell::stream {
namespace {

using csv::CsvFile;
using Usual = std::vector<std::string_view>;

constexpr double kDaySeconds = 86'400;
const Usual kTimeNames = {"time", "timestamp", "ts", "datetime", "date", "event_time"};
const Usual kLabelNames = {"label", "is_anomaly", "anomaly", "attack"};
const Usual kSourceNames = {"source", "src", "src_ip", "from", "u"};
const Usual kDestinationNames = {"destination", "dst", "dst_ip", "to", "v"};
const Usual kTickNames = {"tick", "t", "time", "timestamp"};

/// What series and edges do alike: find columns, count rows, judge scores.
class Reader {
 public:
  Reader(CsvFile& file, const Sink& sink, const Progress& progress) : file_(file), sink_(sink), progress_(progress) {}

  Status find(const std::string& flag, const std::string& named, const Usual& usual, std::optional<std::size_t>& out) {
    auto found = find_column(file_, flag, named, usual);
    if (!found) return found.error();
    out = found.value();
    return out ? use(flag, *out) : success();
  }
  Status need(const std::string& flag, const std::string& named, const Usual& usual, std::size_t& out) {
    std::optional<std::size_t> place;
    if (const Status found = find(flag, named, usual, place); !found) return found;
    if (!place)
      return file_.error(fmt::format("found no column for {}", flag),
                         fmt::format("--{} with one of: {}", flag, header_names(file_)));
    out = *place;
    return success();
  }
  Status use(const std::string& flag, std::size_t column) {
    if (std::find(used_.begin(), used_.end(), column) != used_.end())
      return file_.error(fmt::format("found the column \"{}\" for --{} and before", file_.header()[column], flag),
                         "one use of a column");
    used_.push_back(column);
    outcome_.columns.emplace_back(flag, file_.header()[column]);
    return success();
  }
  [[nodiscard]] bool used(std::size_t column) const {
    return std::find(used_.begin(), used_.end(), column) != used_.end();
  }
  Status find_label(const std::string& named) { return find("label", named, kLabelNames, label_); }
  [[nodiscard]] bool labelled() const { return label_.has_value(); }
  Outcome& outcome() { return outcome_; }

  /// Hands every row to `step`, which returns its score or an error.
  template <class Step>
  Status read(Step step) {
    constexpr std::uint64_t kRowsBetween = 1U << 16;
    for (;;) {
      const Result<bool> more = file_.next();
      if (!more) return more.error();
      if (!more.value()) break;
      if (const Status taken = step(); !taken) return taken;
      if (++outcome_.rows % kRowsBetween != 0 || !progress_) continue;
      const auto all = static_cast<double>(file_.bytes_in_all());
      outcome_.finished = progress_(all > 0 ? static_cast<double>(file_.bytes_read()) / all : 0, outcome_.rows);
      if (!outcome_.finished) return success();
    }
    if (outcome_.rows == 0) return file_.error("found a header and no rows", "rows below it");
    return success();
  }

  /// `near`: no unlabelled row, or no more than a tick, lies between this and the last labelled one.
  template <class Near>
  Status score(double value, double at, Near near) {
    if (label_) {
      const Result<bool> label = read_label(file_, *label_);
      if (!label) return label.error();
      evaluator_.add(value, label.value(), at, label.value() && near());
      last_labelled_ = label.value();
      if (label.value()) last_at_ = at;
    }
    return sink_(value);
  }
  [[nodiscard]] bool after_labelled_row() const { return last_labelled_; }
  [[nodiscard]] double last_labelled_at() const { return last_at_; }

  /// `times`: whether `days` is known.
  Outcome finish(const AlertBudget& budget, bool times) {
    if (label_) {
      std::uint64_t alerts = evaluator_.labelled();
      if (budget.rows) {
        alerts = *budget.rows;
      } else if (times) {
        const double allowed = std::min(budget.per_day.value_or(1) * outcome_.days, static_cast<double>(kMostAlerts));
        alerts = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(allowed));
      }
      outcome_.evaluation = evaluator_.finish(alerts);
    }
    return std::move(outcome_);
  }

 private:
  CsvFile& file_;
  const Sink& sink_;
  const Progress& progress_;
  std::vector<std::size_t> used_;
  std::optional<std::size_t> label_;
  Evaluator evaluator_;
  bool last_labelled_ = false;
  double last_at_ = 0;
  Outcome outcome_;
};

Status choose_values(const CsvFile& file, Reader& reader, const std::vector<std::string>& named,
                     std::vector<std::size_t>& out) {
  for (const std::string& name : named) {
    std::size_t column = 0;
    if (const Status found = reader.need("value", name, {}, column); !found) return found;
    out.push_back(column);
  }
  for (std::size_t c = 0; c < file.header().size() && named.empty(); ++c) {
    if (reader.used(c)) continue;
    // As tables have that number their rows: hardly what is to be judged.
    if (file.header()[c].find_first_not_of(" \t") == std::string::npos)
      return file.error(fmt::format("found column {} without a name", c + 1), "names of all columns, or --value NAME");
    if (const Status taken = reader.use("value", c); !taken) return taken;
    out.push_back(c);
  }
  if (!out.empty()) return success();
  return file.error("found no column for value", "--value with one of: " + header_names(file));
}

}  // namespace

Result<Outcome> score_series(const std::string& path, const SeriesColumns& columns, const AlertBudget& budget,
                             const MakeSeries& make, const Sink& sink, const Progress& progress) {
  Result<CsvFile> opened = CsvFile::open(path);
  if (!opened) return opened.error();
  CsvFile& file = opened.value();
  if (const Status named = need_names(file); !named) return named.error();
  Reader reader(file, sink, progress);
  std::optional<std::size_t> time;
  std::vector<std::size_t> values;
  if (const Status found = reader.find("time", columns.time, kTimeNames, time); !found) return found.error();
  if (const Status found = reader.find_label(columns.label); !found) return found.error();
  if (const Status found = choose_values(file, reader, columns.values, values); !found) return found.error();
  if (budget.per_day && !time)
    return file.error("found no column of times, which --budget needs", "--time with one of: " + header_names(file));
  const auto detector = make(values.size());
  Times times;
  std::vector<double> point(values.size());
  double first_s = 0, last_s = 0;
  const auto step = [&]() -> Status {
    double time_s = static_cast<double>(reader.outcome().rows);
    if (time) {
      const Result<double> read = times.read(file, *time);
      if (!read) return read.error();
      time_s = read.value();
    }
    const bool first = reader.outcome().rows == 0;
    if (!first && time_s < last_s)
      return field_error(file, *time,
                         fmt::format("found \"{}\", {} s before the row above", file.field(*time), last_s - time_s),
                         "rows in order of time");
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Result<double> value = read_value(file, values[i]);
      if (!value) return value.error();
      point[i] = value.value();
    }
    if (first) first_s = time_s;
    last_s = time_s;
    return reader.score(detector->step(time_s, point), time_s, [&] { return reader.after_labelled_row(); });
  };
  if (const Status read = reader.read(step); !read) return read.error();
  reader.outcome().unit = time ? "s" : "rows";
  reader.outcome().days = time ? (last_s - first_s) / kDaySeconds : 0;
  return reader.finish(budget, time.has_value());
}

Result<Outcome> score_edges(const std::string& path, const EdgeColumns& columns, const AlertBudget& budget,
                            detect::EdgeDetector& detector, const Sink& sink, const Progress& progress) {
  Result<CsvFile> opened = CsvFile::open(path);
  if (!opened) return opened.error();
  CsvFile& file = opened.value();
  if (const Status named = need_names(file); !named) return named.error();
  Reader reader(file, sink, progress);
  std::size_t source = 0, destination = 0, tick = 0;
  for (const Status& found : {reader.need("source", columns.source, kSourceNames, source),
                              reader.need("destination", columns.destination, kDestinationNames, destination),
                              reader.need("tick", columns.tick, kTickNames, tick), reader.find_label(columns.label)}) {
    if (!found) return found.error();
  }
  std::int64_t last = 0;
  const auto step = [&]() -> Status {
    const Result<std::uint64_t> from = read_name(file, source);
    if (!from) return from.error();
    const Result<std::uint64_t> to = read_name(file, destination);
    if (!to) return to.error();
    const Result<std::int64_t> at = read_tick(file, tick);
    if (!at) return at.error();
    if (at.value() < last)
      return field_error(file, tick, fmt::format("found the tick {} after {}", at.value(), last),
                         "rows in order of ticks");
    last = at.value();
    const auto place = static_cast<double>(last);
    // Edges of a tick come in any order, labelled or not: ticks that follow each other make a span.
    return reader.score(detector.edge(from.value(), to.value(), last), place,
                        [&] { return place - reader.last_labelled_at() <= 1; });
  };
  if (const Status read = reader.read(step); !read) return read.error();
  reader.outcome().unit = "ticks";
  return reader.finish(budget, false);
}

}  // namespace dwell::stream
