#pragma once
// The document of `bench-kernel`, as a page.

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "bench/perf/generation.hpp"
#include "bench/report/text.hpp"

namespace dwell::cli {

/// Nanoseconds of a core by stage, one entry each and one for all else; their sum is the run's processor time an event.
/// The stages' clocks run on while a thread waits for its processor: where they exceed the processor time
/// (`stages_exceed_cpu`), the stages are shares of that and nothing is left for all else.
nlohmann::ordered_json stages_json(const perf::GenerationResult& generation);
bool stages_exceed_cpu(const perf::GenerationResult& generation);

/// 80 columns wide.
std::string bench_kernel_page(const nlohmann::ordered_json& document, const report::Style& style);

}  // namespace dwell::cli
