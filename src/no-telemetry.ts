/**
 * Since 1.29 ONNX Runtime's own builds for Linux and macOS tell Microsoft about each process, session and model file,
 * and keep a device's number and a queue of events in the home directory, unless this variable is set before the first
 * session is created. Nothing leaves the machine from here.
 *
 * The library reads the process's real environment, which a worker cannot set; so the main thread imports this too.
 */
process.env['ORT_DISABLE_TELEMETRY'] = '1';
