#include "bench/run/run_state.hpp"

#include <fmt/format.h>

namespace dwell::run {
namespace {

std::shared_ptr<const truth::Incident> restore_incident(ByteReader& reader) {
  auto incident = std::make_shared<truth::Incident>();
  incident->restore(reader);
  return incident;
}

}  // namespace

void save(ByteWriter& writer, const ContenderRun& run) {
  for (const score::ScoreLog& log : run.logs) log.save(writer);
  writer.put(static_cast<std::uint64_t>(run.field.size()));
  for (const score::Threshold& threshold : run.field) {
    writer.put(threshold.state);
    writer.put(threshold.value);
    writer.put(threshold.episodes);
    writer.put(threshold.days);
  }
  writer.put(run.clean_ns);
  writer.put(run.state_bytes);
  writer.put_string(run.crash);
}

void restore(ByteReader& reader, ContenderRun& run) {
  for (score::ScoreLog& log : run.logs) log.restore(reader);
  run.field.clear();
  for (auto count = reader.get<std::uint64_t>(); count > 0 && !reader.failed(); --count) {
    score::Threshold threshold;
    threshold.state = reader.get<score::Threshold::State>();
    threshold.value = reader.get<double>();
    threshold.episodes = reader.get<std::uint64_t>();
    threshold.days = reader.get<double>();
    run.field.push_back(threshold);
  }
  run.clean_ns = reader.get<double>();
  run.state_bytes = reader.get<std::uint64_t>();
  run.crash = reader.get_string();
}

void save(ByteWriter& writer, const WorldRecord& record) {
  writer.put(record.seed.value);
  writer.put(static_cast<std::uint64_t>(record.contenders.size()));
  for (const ContenderRun& run : record.contenders) save(writer, run);
  record.campaign->save(writer);
  record.placebo->save(writer);
  writer.put(record.rows);
  writer.put(record.foreign_rows);
  writer.put(record.campaign_log_share);
  writer.put(record.background_digest);
  writer.put(record.foreign_digest);
  writer.put(record.clean_rows);
  writer.put(record.generation_s);
  writer.put(record.complaint.us);
}

Status restore(ByteReader& reader, WorldRecord& record, std::string_view what) {
  const auto seed = reader.get<std::uint64_t>();
  const auto contenders = reader.get<std::uint64_t>();
  if (seed != record.seed.value || contenders != record.contenders.size()) {
    return Error{std::string(what), "", fmt::format("is of seed {} with {} contenders", seed, contenders),
                 fmt::format("seed {} with {}", record.seed.value, record.contenders.size())};
  }
  for (ContenderRun& run : record.contenders) restore(reader, run);
  record.campaign = restore_incident(reader);
  record.placebo = restore_incident(reader);
  record.rows = reader.get<std::uint64_t>();
  record.foreign_rows = reader.get<std::uint64_t>();
  record.campaign_log_share = reader.get<double>();
  record.background_digest = reader.get<std::uint64_t>();
  record.foreign_digest = reader.get<std::uint64_t>();
  record.clean_rows = reader.get<std::uint64_t>();
  record.generation_s = reader.get<double>();
  record.complaint = Time{reader.get<std::int64_t>()};
  return reader.finish(what);
}

}  // namespace dwell::run
