#include "sim/background/log_collector.hpp"

#include <algorithm>
#include <numeric>

#include "sim/core/digest.hpp"
#include "sim/core/math.hpp"
#include "sim/core/random.hpp"
#include "sim/telemetry/row_bytes.hpp"

namespace dwell::background {
namespace {

constexpr Duration kLeastLateness = Duration::seconds(1);
constexpr Duration kMostLateness = Duration::days(7);

/// All columns of a row in one word.
#define DWELL_MIX(kind, type, name, unit, sentinel, meaning) word = mix64(word, static_cast<std::uint64_t>(row.name));
#define DWELL_WORD_OF(topic, Stem, COLUMNS, meaning)                        \
  [[maybe_unused]] std::uint64_t word_of(const telemetry::Stem##Row& row) { \
    auto word = static_cast<std::uint64_t>(telemetry::Topic::topic);        \
    COLUMNS(DWELL_MIX)                                                      \
    return word;                                                            \
  }
DWELL_TOPICS(DWELL_WORD_OF)
#undef DWELL_WORD_OF
#undef DWELL_MIX

/// In order of ingestion; rows of the same microsecond keep their order.
template <class Batch>
void sort_by_ingestion(telemetry::Labelled<Batch>& labelled) {
  const Batch& batch = labelled.rows;
  std::vector<std::uint32_t> order(batch.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto before = [&](std::uint32_t a, std::uint32_t b) { return batch.ingest_us[a] < batch.ingest_us[b]; };
  if (std::is_sorted(order.begin(), order.end(), before)) return;
  std::stable_sort(order.begin(), order.end(), before);
  telemetry::Labelled<Batch> sorted;
  for (const std::uint32_t i : order) sorted.push(batch.row(i), labelled.origins[i]);
  labelled = std::move(sorted);
}

}  // namespace

LogCollector::LogCollector(const LogParams& params, Seed seed, Date first_day)
    : params_(params),
      seed_(seed),
      lateness_([&](double p) { return 1e6 * det_exp(params.late_mu + params.late_sigma * det_normal_quantile(p)); },
                kLeastLateness, kMostLateness) {
  const auto midnight = [&](Date date, int later) {
    return Time{} + Duration::days(std::int64_t{date.days} + later - first_day.days);
  };
  for (const LogGap& gap : params.gaps) gaps_.push_back({gap.topic, midnight(gap.first, 0), midnight(gap.last, 1)});
}

bool LogCollector::gone(telemetry::Topic topic, Time at) const {
  return params_.on && std::any_of(gaps_.begin(), gaps_.end(), [&](const Gap& gap) {
           return gap.topic == topic && gap.begin <= at && at < gap.end;
         });
}

template <class Batch>
void LogCollector::collect(telemetry::Labelled<Batch>& rows, telemetry::Labelled<Batch>& late, const LossParams& loss,
                           Time end) {
  bool due = !rows.rows.empty();
  for (std::size_t i = 0; i < late.rows.size() && !due; ++i) due = late.rows.ingest_us[i] < end.us;
  if (!due) return;
  telemetry::Labelled<Batch> arrived, waiting;
  const auto arrive = [&](const typename Batch::Row& row, Origin origin) {
    if (row.ingest_us >= end.us) return waiting.push(row, origin);
    if (!gone(Batch::kTopic, Time{row.ingest_us})) arrived.push(row, origin);
  };
  for (std::size_t i = 0; i < late.rows.size(); ++i) arrive(late.rows.row(i), late.origins[i]);
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    typename Batch::Row row = rows.rows.row(i);
    const std::uint64_t word = word_of(row);
    const RandomBlock draw = random_block(seed_, static_cast<std::uint32_t>(word), purpose("log.platform"),
                                          static_cast<std::uint32_t>(word >> 32), 0);
    const double fate = to_uniform(draw.low());
    if (fate < loss.lost) continue;
    if (fate < loss.lost + loss.late) row.ingest_us += lateness_.draw(draw.word[2]).us;
    arrive(row, rows.origins[i]);
  }
  sort_by_ingestion(arrived);
  rows = std::move(arrived);
  late = std::move(waiting);
}

void LogCollector::collect(telemetry::PlatformRows& rows, Time end) {
  if (!params_.on) return;
  collect(rows.keys, late_.keys, params_.keys, end);
  collect(rows.workforce, late_.workforce, params_.workforce, end);
  collect(rows.audit, late_.audit, params_.audit, end);
  collect(rows.complaints, late_.complaints, params_.complaints, end);
  collect(rows.deception, late_.deception, params_.deception, end);
}

void LogCollector::save(ByteWriter& writer) const {
  put_rows(writer, late_.keys);
  put_rows(writer, late_.workforce);
  put_rows(writer, late_.audit);
  put_rows(writer, late_.complaints);
  put_rows(writer, late_.deception);
}

void LogCollector::restore(ByteReader& reader) {
  late_.clear();
  add_rows(reader, late_.keys);
  add_rows(reader, late_.workforce);
  add_rows(reader, late_.audit);
  add_rows(reader, late_.complaints);
  add_rows(reader, late_.deception);
}

}  // namespace dwell::background
