#include "sim/kernel/process.hpp"

#include <string>

#include "sim/core/check.hpp"

namespace dwell::kernel {

void Process::save(ByteWriter&) const {
  throw InvariantError("process '" + std::string(name()) + "' cannot be saved: it does not override save and restore");
}

Status Process::restore(ByteReader&) {
  throw InvariantError("process '" + std::string(name()) +
                       "' cannot be restored: it does not override save and restore");
}

}  // namespace dwell::kernel
