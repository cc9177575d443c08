"""The process of a plugin, which t2host starts: the protocol of hashicorp/go-plugin, with gRPC. It needs Debian's python3-grpcio and python3-cryptography."""

import base64
import datetime
import os
import signal
import sys
import tempfile
import threading
from concurrent import futures

from .message import Answer, Malformed, failed, read_batch, read_opening


def serve(plugin):
    """Serves a class that is a Plugin, until t2host ends the process."""
    manifest = plugin.manifest
    if os.environ.get("T2HOST_PLUGIN") != "74326b6e6f776e":
        print("this is a t2host plugin (%(name)s %(version)s), which t2host starts: t2host -r FILE -p PATH-OF-THIS-FILE" % manifest.json, file=sys.stderr)
        sys.exit(2)
    import grpc

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # t2host decides when its plugins end
    threading.Thread(target=_lifeline, daemon=True).start()

    ended = threading.Event()
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4), options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)])
    server.add_generic_rpc_handlers((_handlers(grpc, _Served(plugin), ended),))
    key, certificate, der = _certificate()
    credentials = grpc.ssl_server_credentials([(key, certificate)], os.environ["PLUGIN_CLIENT_CERT"].encode(), require_client_auth=True)
    path = os.path.join(os.environ.get("PLUGIN_UNIX_SOCKET_DIR") or tempfile.mkdtemp(), "plugin")
    server.add_secure_port("unix:" + path, credentials)
    server.start()
    print("1|2|unix|%s|grpc|%s" % (path, base64.b64encode(der).decode().rstrip("=")), flush=True)
    ended.wait()
    server.stop(0.2).wait()
    os._exit(0)


def _lifeline():
    """Ends the process when t2host is gone."""
    number = os.environ.get("T2HOST_LIFELINE", "")
    if number.isdigit():
        os.read(int(number), 1)
        os._exit(1)


def _certificate():
    """Returns a key, a certificate that it signs itself, and that in DER."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now, day = datetime.datetime.utcnow(), datetime.timedelta(days=1)
    usage = dict.fromkeys(
        ["key_encipherment", "content_commitment", "data_encipherment", "key_agreement", "crl_sign", "encipher_only", "decipher_only"], False)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - day).not_valid_after(now + 10000 * day)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, key_cert_sign=True, **usage), critical=True)
        .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH, x509.ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256()))
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private, certificate.public_bytes(pem), certificate.public_bytes(serialization.Encoding.DER)


class _Served:
    """Answers messages."""

    def __init__(self, plugin):
        self.plugin, self.manifest, self.opened = plugin, plugin.manifest, None

    def describe(self, _):
        return self.manifest.encoded()

    def open(self, data):
        try:
            opened = self.plugin()
            opened.open(read_opening(data))
        except Exception as e:
            return failed(_why(e), refused=True)
        self.opened = opened
        return Answer(self.manifest).encoded()

    def batch(self, data):
        try:
            b = read_batch(data, self.manifest)
            answer = Answer(self.manifest, len(b.ends))
            self.opened.batch(b, answer)
            return answer.encoded()
        except Exception as e:
            return failed(_why(e))

    def close(self, _):
        self.opened = None
        return Answer(self.manifest).encoded()


def _why(e):
    """Returns an exception in one line, with the place in the plugin's code."""
    if isinstance(e, Malformed):
        return "malformed message: %s" % e
    places, at = [], e.__traceback__
    while at:
        code = at.tb_frame.f_code
        if os.path.dirname(code.co_filename) != os.path.dirname(__file__):
            places.append("%s:%d" % (os.path.basename(code.co_filename), at.tb_lineno))
        at = at.tb_next
    return "%s: %s (%s)" % (type(e).__name__, e, " <- ".join(reversed(places)) or "place unknown")


def _handlers(grpc, served, ended):
    """Returns the methods that t2host calls. What is sent is bytes as they are."""

    def unary(answer):
        return grpc.unary_unary_rpc_method_handler(lambda request, _: answer(request))

    def shut_down(_):
        ended.set()
        return b""

    return _Methods({
        "/t2host.Plugin/Describe": unary(served.describe),
        "/t2host.Plugin/Open": unary(served.open),
        "/t2host.Plugin/Batches": grpc.stream_stream_rpc_method_handler(lambda requests, _: map(served.batch, requests)),
        "/t2host.Plugin/Close": unary(served.close),
        "/plugin.GRPCController/Shutdown": unary(shut_down),
    })


class _Methods:
    """The interface of grpc.GenericRpcHandler, which is imported late."""

    def __init__(self, methods):
        self.methods = methods

    def service(self, call):
        return self.methods.get(call.method)
