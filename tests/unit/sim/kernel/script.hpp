#pragma once
// A process whose behaviour is given by functions, for tests.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/kernel/engine.hpp"

namespace dwell::kernel::test {

struct Script {
  std::string name = "script";
  bool every_window = true;
  std::function<void(Context&)> start = {};
  std::function<void(Context&)> open = {};
  std::function<void(Context&, const Event&)> event = {};
  std::function<void(Context&)> close = {};
};

class ScriptProcess final : public Process {
 public:
  explicit ScriptProcess(Script script) : script_(std::move(script)) {}
  [[nodiscard]] std::string_view name() const override { return script_.name; }
  [[nodiscard]] bool every_window() const override { return script_.every_window; }
  void start(Context& context) override {
    if (script_.start) script_.start(context);
  }
  void open(Context& context) override {
    if (script_.open) script_.open(context);
  }
  void handle(Context& context, Events& events) override {
    while (const Event* event = events.next()) {
      if (script_.event) script_.event(context, *event);
    }
  }
  void close(Context& context) override {
    if (script_.close) script_.close(context);
  }

 private:
  Script script_;
};

inline ProcessId add(Engine& engine, Script script) {
  return engine.add(std::make_unique<ScriptProcess>(std::move(script)));
}

/// An engine of either kind, with what it stands on.
struct Bench {
  std::unique_ptr<Executor> executor;
  std::unique_ptr<Engine> engine;
};
inline Bench serial(const EngineOptions& options) { return {nullptr, make_serial_engine(options)}; }
inline Bench windowed(const EngineOptions& options, std::unique_ptr<Executor> executor = make_inline_executor()) {
  Bench bench{std::move(executor), nullptr};
  bench.engine = make_windowed_engine(options, *bench.executor);
  return bench;
}
inline Bench either(bool plain, const EngineOptions& options) { return plain ? serial(options) : windowed(options); }

inline void run(Engine& engine) {
  while (engine.step()) continue;
}

}  // namespace dwell::kernel::test
