"""Certificates of one's own: an authority, servers and clients, as PEM files in a folder."""
import os
import subprocess

DAYS = "30"


class Authority:
    def __init__(self, folder, name="authority"):
        self.folder = folder
        self.key = os.path.join(folder, name + ".key")
        self.certificate = os.path.join(folder, name + ".pem")
        self._run("req", "-x509", *self._new_key(self.key), "-days", DAYS, "-subj", "/CN=" + name,
                  "-out", self.certificate)

    @staticmethod
    def _run(*arguments):
        subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    @staticmethod
    def _new_key(path):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-keyout", path)

    def issue(self, name):
        """(certificate file, key file) for localhost; the same files again when asked again."""
        key, request, certificate, names = (
            os.path.join(self.folder, name + end) for end in (".key", ".csr", ".pem", ".names"))
        with open(names, "w") as file:
            file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        self._run("req", *self._new_key(key), "-subj", "/CN=" + name, "-out", request)
        self._run("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key,
                  "-days", DAYS, "-extfile", names, "-out", certificate)
        return certificate, key
