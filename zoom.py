import os
os.environ['QT_QPA_PLATFORM']='offscreen'
from qgis.core import *; from qgis.PyQt.QtCore import QSize
app=QgsApplication([],False); app.initQgis()
p=QgsProject.instance(); p.read('natdir/carte.qgz')
for name,ext,keep in (('z1',(750000,6500000,900000,6650000),('lieux','nc','communes')),('nolieux',None,())):
    s=QgsMapSettings(); L=[l for l in p.layerTreeRoot().layerOrder() if p.layerTreeRoot().findLayer(l.id()).isVisible()]
    if name=='nolieux': L=[l for l in L if 'lieux' not in l.id()]
    s.setLayers(L); s.setDestinationCrs(p.crs()); s.setOutputSize(QSize(900,900)); s.setExtent(QgsRectangle(*ext) if ext else p.viewSettings().defaultViewExtent())
    j=QgsMapRendererParallelJob(s); j.start(); j.waitForFinished(); j.renderedImage().save(f'natdir/{name}.png')
os._exit(0)
