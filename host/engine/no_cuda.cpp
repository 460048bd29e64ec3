// What a build without nvcc says about GPUs.
#include "backend.hpp"
#include "host/config/error.hpp"

namespace fleetcast {

std::unique_ptr<Backend> make_cuda_backend(Plan const&, std::uint64_t, int, TokenPath) {
  throw Error(ExitCode::no_device,
              "--device cuda: this fleetcast was built without CUDA (nvcc not found); run with --device cpu for the same result, slower");
}

std::vector<std::string> cuda_devices() { return {}; }
std::string cuda_problem() { return {}; }

}  // namespace fleetcast
