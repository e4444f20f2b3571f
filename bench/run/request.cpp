#include "bench/run/request.hpp"

namespace dwell::run {

void save(ByteWriter& writer, const StudyRequest& request) {
  const StudyOptions& options = request.options;
  writer.put_string(request.command);
  writer.put_string(request.output);
  writer.put_string(world::to_json(request.scenario));
  writer.put(options.seed);
  writer.put(options.calibration_seeds);
  writer.put(options.evaluation_seeds);
  writer.put(options.days);
  writer.put(options.checkpoint_every.us);
  writer.put(static_cast<std::uint64_t>(options.detectors.size()));
  for (const std::string& detector : options.detectors) writer.put_string(detector);
  writer.put(static_cast<std::int64_t>(options.door.host.patience.count()));
  writer.put(options.spread.has_value());
  writer.put(options.spread.value_or(Spread::seeds));
}

Result<StudyRequest> restore_request(std::span<const std::byte> bytes, const std::string& file) {
  ByteReader reader(bytes);
  StudyRequest request;
  request.command = reader.get_string();
  request.output = reader.get_string();
  const std::string scenario = reader.get_string();
  StudyOptions& options = request.options;
  options.seed = reader.get<std::uint64_t>();
  options.calibration_seeds = reader.get<std::uint32_t>();
  options.evaluation_seeds = reader.get<std::uint32_t>();
  options.days = reader.get<std::uint32_t>();
  options.checkpoint_every = Duration{reader.get<std::int64_t>()};
  for (auto count = reader.get<std::uint64_t>(); count > 0 && !reader.failed(); --count) {
    options.detectors.push_back(reader.get_string());
  }
  options.door.host.patience = std::chrono::milliseconds(reader.get<std::int64_t>());
  const bool spread_asked = reader.get<bool>();
  const auto spread = reader.get<Spread>();
  if (spread_asked) options.spread = spread;
  if (const Status whole = reader.finish(file); !whole) return whole.error();
  Result<world::Scenario> parsed = world::parse_scenario(scenario, file);
  if (!parsed) return parsed.error();
  request.scenario = std::move(parsed).value();
  options.scale = request.scenario.scale;
  return request;
}

}  // namespace dwell::run
