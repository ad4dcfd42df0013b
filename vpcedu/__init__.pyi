from vpcedu import aws as aws
from vpcedu import draw as draw
from vpcedu import lab as lab
from vpcedu import widgets as widgets
from vpcedu.flow import Endpoint as Endpoint
from vpcedu.flow import FiveTuple as FiveTuple
from vpcedu.network.link import Link as Link
from vpcedu.network.network import Network as Network
from vpcedu.network.vpc import Vpc as Vpc
from vpcedu.packet import Packet as Packet
from vpcedu.reasons import REASONS as REASONS
from vpcedu.sites.reference import reference_architecture as reference_architecture
from vpcedu.sites.reference import reference_vpc as reference_vpc
from vpcedu.sites.reference_tls import tls_site as tls_site
from vpcedu.sites.site import Site as Site

__version__: str
