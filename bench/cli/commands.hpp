#pragma once
// One function a command; each returns the exit code.

#include "bench/cli/arguments.hpp"

namespace dwell::cli {

/// `case-study` and `run`: reads, checks, simulates, writes, prints.
/// `inputs` are files beside the scenario that no output may take the place of.
int study_command(const Arguments& arguments, std::vector<std::string> inputs = {});
/// `bench`: the same for every scenario of a suite.
int bench_command(const Arguments& arguments);
/// `export`: a scenario's telemetry, for programs of others.
int export_command(const Arguments& arguments);
/// `resume`: goes on with a study from its checkpoint.
int resume_command(const Arguments& arguments);
int list_command(const Arguments& arguments);
int report_command(const Arguments& arguments);
int schema_command(const Arguments& arguments);
/// `validate`: traffic, simulated or from a log, against published statistics. Failed when one is outside its band.
int validate_command(const Arguments& arguments);
/// `sensitivity`: the leaderboard again with one parameter at a time at another value.
int sensitivity_command(const Arguments& arguments);
/// `phold`: the engine alone, on the benchmark of its field.
int phold_command(const Arguments& arguments);
/// `bench-kernel`: what an event costs, stage by stage.
int bench_kernel_command(const Arguments& arguments);
/// `check-detector`: the conformance suite. Failed when a check does.
int check_command(const Arguments& arguments);
/// `score-series` and `score-edges`: one detector over somebody's own data.
int stream_command(const Arguments& arguments);

}  // namespace dwell::cli
