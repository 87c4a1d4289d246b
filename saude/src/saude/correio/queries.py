from saude.correio.models import Servidor


def server() -> Servidor | None:
    return Servidor.objects.filter(pk=1).first()


def configured() -> bool:
    return Servidor.objects.exists()
