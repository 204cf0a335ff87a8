<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>AccountBar</name>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>A template: an administrator fills in the addresses</source>
        <translation>模板：地址由管理员填写</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>Choose a platform to begin</source>
        <translation>请先选择平台</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>Choose a platform…</source>
        <translation>选择平台…</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>Enter Key…</source>
        <translation>输入密钥…</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>In the Browser</source>
        <translation>在浏览器中登录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>On any device open {address} and enter the code:</source>
        <translation>在任意设备上打开 {address} 并输入代码：</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>Other Ways to Sign In</source>
        <translation>其他登录方式</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>Platform</source>
        <translation>平台</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>Sign In</source>
        <translation>登录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>Sign Out</source>
        <translation>退出登录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>Use a Site Profile from a File…</source>
        <translation>使用站点配置文件…</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>With Account and Password…</source>
        <translation>用账号和密码登录…</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>With a Code on Another Device</source>
        <translation>在其他设备上用代码登录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/account_bar.py"/>
        <source>With an Authentication Configuration of QGIS…</source>
        <translation>使用 QGIS 认证配置…</translation>
    </message>
</context>
<context>
    <name>Algorithm</name>
    <message>
        <location filename="../processing_provider/algorithm.py"/>
        <source>Cancelled.</source>
        <translation>已取消。</translation>
    </message>
    <message>
        <location filename="../processing_provider/algorithm.py"/>
        <source>Cannot read or write {name}: {reason}</source>
        <translation>无法读写 {name}：{reason}</translation>
    </message>
    <message>
        <location filename="../processing_provider/algorithm.py"/>
        <source>Internal error ({kind}). The details are in the log panel, tab OneMap Verify; please report them.</source>
        <translation>内部错误（{kind}）。详情见日志面板的 OneMap Verify 页，请反馈。</translation>
    </message>
    <message>
        <location filename="../processing_provider/algorithm.py"/>
        <source>There is not enough memory for this package.</source>
        <translation>内存不足，无法处理此成果包。</translation>
    </message>
    <message>
        <location filename="../processing_provider/algorithm.py"/>
        <source>a file</source>
        <translation>文件</translation>
    </message>
</context>
<context>
    <name>AuditLog</name>
    <message>
        <location filename="../panels/delivery/audit_log.py"/>
        <source>Audit Log</source>
        <translation>审计日志</translation>
    </message>
    <message>
        <location filename="../panels/onemap/files.py"/>
        <source>Audit logs</source>
        <translation>审计日志</translation>
    </message>
    <message>
        <location filename="../panels/delivery/audit_log.py"/>
        <source>Checking the audit log</source>
        <translation>正在检查审计日志</translation>
    </message>
    <message>
        <location filename="../panels/delivery/audit_log.py"/>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <location filename="../panels/onemap/files.py"/>
        <source>Save Audit Log</source>
        <translation>保存审计日志</translation>
    </message>
    <message>
        <location filename="../panels/delivery/audit_log.py"/>
        <source>Saving the audit log</source>
        <translation>正在保存审计日志</translation>
    </message>
    <message>
        <location filename="../panels/delivery/audit_log.py"/>
        <source>The audit log is intact: {count} entries</source>
        <translation>审计日志完整，未被改动：共 {count} 条</translation>
    </message>
    <message>
        <location filename="../panels/delivery/audit_log.py"/>
        <source>The audit log is not as it was written: {count} faults</source>
        <translation>审计日志与写入时不一致：{count} 处异常</translation>
    </message>
    <message>
        <location filename="../panels/delivery/audit_log.py"/>
        <source>{count} entries of the audit log saved to {file}</source>
        <translation>已将 {count} 条审计日志保存到 {file}</translation>
    </message>
</context>
<context>
    <name>Catalogue</name>
    <message>
        <location filename="../panels/onemap/presenter.py"/>
        <source>All services are where they were.</source>
        <translation>所有服务地址均未变动。</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_search.py"/>
        <source>Fetching the catalogue</source>
        <translation>正在获取目录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/presenter.py"/>
        <source>Layers added: {count}</source>
        <translation>已添加图层：{count}</translation>
    </message>
    <message>
        <location filename="../panels/onemap/presenter.py"/>
        <source>Loading layers</source>
        <translation>正在加载图层</translation>
    </message>
    <message>
        <location filename="../panels/onemap/presenter.py"/>
        <source>Looking for moved services</source>
        <translation>正在查找已迁移的服务</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_search.py"/>
        <source>Opening the catalogue</source>
        <translation>正在打开目录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_search.py"/>
        <source>Reading a record</source>
        <translation>正在读取元数据</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_search.py"/>
        <source>Searching the catalogue</source>
        <translation>正在搜索目录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/presenter.py"/>
        <source>The record names no service that can be loaded.</source>
        <translation>该元数据没有可加载的服务。</translation>
    </message>
</context>
<context>
    <name>CatalogueModel</name>
    <message>
        <location filename="../panels/onemap/catalogue_model.py"/>
        <source>Other</source>
        <translation>其他</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_model.py"/>
        <source>Restricted: loading it is logged</source>
        <translation>受限图层：加载时记入审计日志</translation>
    </message>
</context>
<context>
    <name>CataloguePage</name>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Access</source>
        <translation>访问</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Accuracy</source>
        <translation>精度</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Add to Map</source>
        <translation>添加到地图</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_filters.py"/>
        <source>All themes</source>
        <translation>全部分组与专题</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Catalogue</source>
        <translation>目录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Choose a layer to see what is known of it.</source>
        <translation>选择一个图层以查看其说明。</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Content</source>
        <translation>内容</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_filters.py"/>
        <source>Fetch the Catalogue Anew</source>
        <translation>重新获取目录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>From</source>
        <translation>起始</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_filters.py"/>
        <source>From year</source>
        <translation>起始年份</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_filters.py"/>
        <source>Group or theme</source>
        <translation>分组或专题</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Mark as Favourite</source>
        <translation>收藏</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>No Longer a Favourite</source>
        <translation>取消收藏</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Nothing in the catalogue fits the search.</source>
        <translation>目录中没有符合条件的内容。</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_filters.py"/>
        <source>Only Favourites</source>
        <translation>仅显示收藏</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_filters.py"/>
        <source>Only What Touches the Map</source>
        <translation>仅显示当前地图范围内</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Record of</source>
        <translation>元数据日期</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Resolution</source>
        <translation>分辨率</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Restricted: loading it is logged</source>
        <translation>受限图层：加载时记入审计日志</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Save for Offline…</source>
        <translation>保存供离线使用…</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Save what the map shows to a GeoPackage or GeoTIFF, for work without network</source>
        <translation>将当前地图范围保存为 GeoPackage 或 GeoTIFF，供断网时使用</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_filters.py"/>
        <source>Search the catalogue</source>
        <translation>搜索目录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Service</source>
        <translation>服务</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>Sign in to fetch the catalogue.</source>
        <translation>登录后可获取目录。</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_page.py"/>
        <source>The catalogue is not here yet: fetch it anew.</source>
        <translation>本机尚无目录，请重新获取。</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_filters.py"/>
        <source>To year</source>
        <translation>截止年份</translation>
    </message>
    <message>
        <location filename="../panels/onemap/catalogue_filters.py"/>
        <source>Year</source>
        <translation>年份</translation>
    </message>
</context>
<context>
    <name>Causes</name>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>6° zone in place of a 3° zone</source>
        <translation>误用 6° 带</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>A block in the wrong place</source>
        <translation>成片错位</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Accuracy beyond the class</source>
        <translation>精度超出等级要求</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>All azimuths turned</source>
        <translation>方位角整体偏转</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Altitude differs</source>
        <translation>高程不符</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Altitude never changes</source>
        <translation>高程不变</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Altitudes from the DEM</source>
        <translation>高程取自 DEM</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Altitudes too far off</source>
        <translation>高程偏差过大</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Altitudes unlike the ground</source>
        <translation>高程与地形无关</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Another base year</source>
        <translation>基期不符</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Another code</source>
        <translation>另一编码</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Another county</source>
        <translation>属于其他县</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Another slope method</source>
        <translation>坡度算法不同</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Another terrain than the DEM</source>
        <translation>与 DEM 不是同一地形</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Archive within an archive</source>
        <translation>压缩包内含压缩包</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Area edited by hand</source>
        <translation>面积经人工改动</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Area on the Xian 80 ellipsoid</source>
        <translation>误用西安 80 椭球</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Area with densified edges</source>
        <translation>边线加密后计算面积</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Axes swapped</source>
        <translation>坐标轴颠倒</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>BD-09 coordinates</source>
        <translation>BD-09 坐标</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>BSM kept as a number</source>
        <translation>标识码按数值存储</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Block displaced</source>
        <translation>成片偏移</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Blunder</source>
        <translation>粗差</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Camera clock</source>
        <translation>相机时钟错误</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Camera clock in another zone</source>
        <translation>相机时区设置不同</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Camera turned away</source>
        <translation>拍摄方向背离图斑</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Change claimed, none seen</source>
        <translation>申报变更而影像未变</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Change not borne out by the image</source>
        <translation>变更未获影像证实</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Change seen, none declared</source>
        <translation>影像已变而申报未变</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Change without a record</source>
        <translation>未记录的变化</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Check code missing</source>
        <translation>校验码缺失</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Class contradicts the image</source>
        <translation>地类与影像不符</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Class with subclasses</source>
        <translation>未细分到末级地类</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Coarse DEM</source>
        <translation>DEM 分辨率不足</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Code empty</source>
        <translation>代码为空</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Code kept as a number</source>
        <translation>代码存为数值</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Code not confirmed</source>
        <translation>代码未经证实</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Code of a draft</source>
        <translation>草案代码</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Code of a newer table</source>
        <translation>较新代码表中的代码</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Code of another village</source>
        <translation>他村代码</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Code of the evidence package</source>
        <translation>举证材料的代码</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Code of the planning classification</source>
        <translation>国土空间规划用地分类代码</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Contained in another</source>
        <translation>被其他图形包含</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Contour interval</source>
        <translation>等高距不符</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Contour labelled wrongly</source>
        <translation>等高线标示高程错误</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Contours cross</source>
        <translation>等高线相交</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Coordinates that are no numbers</source>
        <translation>坐标不是有效数值</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Copied from the DEM</source>
        <translation>抄自 DEM</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Copied outline</source>
        <translation>复制的界线</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Damaged file</source>
        <translation>文件损坏</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Damaged in part</source>
        <translation>部分损坏</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Damaged text encoding</source>
        <translation>文字编码损坏</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Declared planted, but bare</source>
        <translation>填报已种植而无植被</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Default value of an export</source>
        <translation>导出时填入的默认值</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Degrees and minutes as decimals</source>
        <translation>度分误作十进制</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Degrees declared as metres</source>
        <translation>经纬度误作投影坐标</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Differs from the manifest</source>
        <translation>与清单不符</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Drawn between a few points</source>
        <translation>高程由少数点内插</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Drawn track</source>
        <translation>轨迹系绘制生成</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Edges not snapped</source>
        <translation>边线未咬合</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Edited log</source>
        <translation>日志被改动</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Edited photo</source>
        <translation>疑似编辑的照片</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Ellipsoidal instead of normal heights</source>
        <translation>误用大地高（应为正常高）</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Empty file</source>
        <translation>文件为空</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Evenly spaced vertices</source>
        <translation>拐点等间距</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>False easting</source>
        <translation>东偏有误</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Far or near view missing</source>
        <translation>缺少远景或近景</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Farmland taken</source>
        <translation>占用永久基本农田</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>File and store differ</source>
        <translation>照片元数据与库不符</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>File too large</source>
        <translation>文件过大</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Full-width characters</source>
        <translation>全角字符</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>GCJ-02 coordinates</source>
        <translation>GCJ-02 坐标</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Gap in the numbering</source>
        <translation>跳号</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Heaped areas</source>
        <translation>面积取整异常</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Heaped last digits</source>
        <translation>末位数字偏好</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Height between its neighbours</source>
        <translation>与相邻等高线不相称</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Heights of another place</source>
        <translation>高程来自他处</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Hidden by terrain</source>
        <translation>地形遮挡</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Identifier changed</source>
        <translation>标识码被改变</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Identifier kept</source>
        <translation>标识码未更换</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Identifier kept as a number</source>
        <translation>标识码按数值存储</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Identifier used again</source>
        <translation>标识码重复使用</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Image and outlines misregistered</source>
        <translation>影像与界线整体错位</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Image older than the package</source>
        <translation>影像早于成果年度</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Impossible acceleration</source>
        <translation>加速度不可能</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Impossible speed</source>
        <translation>速度不可能</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Inside the red line</source>
        <translation>进入生态保护红线</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Last year's data sent again</source>
        <translation>上年成果原样上报</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Last year's outline sent again</source>
        <translation>沿用上年图形而局部已变</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Layer delivered twice</source>
        <translation>图层重复提交</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Layer in several parts</source>
        <translation>图层分块提交</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Layer unreadable</source>
        <translation>图层无法读取</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Layer without rows</source>
        <translation>空图层</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Leading zero lost</source>
        <translation>前导零丢失</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Lies in no holder</source>
        <translation>不在所属范围内</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Made-up heights</source>
        <translation>高程疑似编造</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Manifest unreadable</source>
        <translation>清单无法读取</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Metres declared as degrees</source>
        <translation>投影坐标误作经纬度</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Mock position</source>
        <translation>疑似虚拟定位</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Name empty</source>
        <translation>名称为空</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Name in place of the code</source>
        <translation>以名称代替代码</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>New cropland in water</source>
        <translation>河湖范围新增耕地</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Night photo</source>
        <translation>夜间拍摄</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>No coordinate system declared</source>
        <translation>未声明坐标系</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Not a number</source>
        <translation>不是数值</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Not cropland in the image</source>
        <translation>影像上不是耕地</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Not in the manifest</source>
        <translation>未列入清单</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Not only digits</source>
        <translation>含非数字字符</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Note differs from the class</source>
        <translation>举证说明与地类不符</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Nothing built in the image</source>
        <translation>影像上没有建设</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Numbered anew</source>
        <translation>整体重新编号</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Odd quality of positions</source>
        <translation>定位质量矛盾</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Outline scaled</source>
        <translation>图斑缩放</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Outside the field work</source>
        <translation>不在外业期间</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Outside the surveyed area</source>
        <translation>不在测区</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Outside the urban boundary</source>
        <translation>城镇开发边界外</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Overlaps itself</source>
        <translation>自身重叠</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Paddy on steep ground</source>
        <translation>陡坡水田</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Parcel displaced</source>
        <translation>图斑偏移</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Parcel hardly seen</source>
        <translation>照片覆盖不足</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Parcels in GCJ-02</source>
        <translation>图斑疑为 GCJ-02</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Photo missing</source>
        <translation>缺少照片</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Photo taken elsewhere</source>
        <translation>非现场拍摄</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Photo used again</source>
        <translation>照片重复使用</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Plane instead of ellipsoid area</source>
        <translation>误用平面面积（应为椭球面积）</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Ridge coefficient lowered</source>
        <translation>田坎系数降低</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Rounded coordinates</source>
        <translation>坐标取位</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Self-crossing outline</source>
        <translation>边界自相交</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Several coordinate systems</source>
        <translation>坐标系混用</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Share far above other villages</source>
        <translation>某类变化远高于邻村</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Shift of all heights</source>
        <translation>高程整体偏差</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Shifted datum</source>
        <translation>基准整体偏移</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Side pushed out</source>
        <translation>界线外推</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Sign of the coordinates</source>
        <translation>坐标符号颠倒</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Sign of the latitude</source>
        <translation>纬度符号错误</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Sign of the longitude</source>
        <translation>经度符号错误</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Simulated position</source>
        <translation>模拟定位</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Slope grade given too high</source>
        <translation>坡度级填报偏高</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Slope grade given too low</source>
        <translation>坡度级填报偏低</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Sources of the rule disagree</source>
        <translation>规则依据不一</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Speed contradicts the receiver's</source>
        <translation>推算与自报速度不符</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Split below the smallest area</source>
        <translation>拆分规避上图面积</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Staircase outline</source>
        <translation>阶梯状界线</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Stations clustered</source>
        <translation>拍摄点集中</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Stricter local practice</source>
        <translation>地方从严要求</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Table of coefficients changed</source>
        <translation>系数表调整</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>The same thing twice</source>
        <translation>重复</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>The track was elsewhere</source>
        <translation>轨迹未到现场</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>The whole layer</source>
        <translation>整个图层</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Tilted height surface</source>
        <translation>高程面倾斜</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Times out of order</source>
        <translation>时间顺序矛盾</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Traced from the parcels</source>
        <translation>沿图斑界线描绘</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Track used again</source>
        <translation>轨迹重复使用</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Unit of the coordinates</source>
        <translation>坐标单位有误</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Unknown layer</source>
        <translation>未知图层</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Unlikely change of class</source>
        <translation>少见的地类变化</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Unreadable file</source>
        <translation>文件无法读取</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Unsafe member of the archive</source>
        <translation>压缩包内有不安全的文件</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Upper and lower case</source>
        <translation>字母大小写不符</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Variant of the name</source>
        <translation>名称写法不同</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Vertex on one side only</source>
        <translation>共用边仅一侧有拐点</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Vertices on a grid</source>
        <translation>拐点落在格网上</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Visits without a track</source>
        <translation>到访无轨迹</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Water that is not flat</source>
        <translation>水面不平</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Web Mercator coordinates</source>
        <translation>Web 墨卡托坐标</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Week rollover of the receiver</source>
        <translation>接收机周数翻转</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Whole column empty</source>
        <translation>整列为空</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Wrong 3° zone</source>
        <translation>3° 带号错误</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Wrong coordinate system</source>
        <translation>坐标系错误</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Wrong kind of geometry</source>
        <translation>几何类型不符</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Wrong length</source>
        <translation>位数不符</translation>
    </message>
    <message>
        <location filename="../panels/verify/causes.py"/>
        <source>Zone prefix of the easting</source>
        <translation>横坐标带号前缀问题</translation>
    </message>
</context>
<context>
    <name>Delivery</name>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>Added</source>
        <translation>加入时间</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>At the platform</source>
        <translation>平台状态</translation>
    </message>
    <message>
        <location filename="../panels/delivery/presenter.py"/>
        <source>Changing the delivery queue</source>
        <translation>正在更改上报队列</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>Choose a platform in the package's own network zone; never copy it out.</source>
        <translation>请选择与成果包同一网络区域的平台，切勿将其拷出。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/presenter.py"/>
        <source>Choose a platform to deliver to.</source>
        <translation>请选择上报的平台。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>Correct what the platform names, verify and seal anew, and deliver that.</source>
        <translation>请按平台指出的问题改正，重新核验、签章后再上报。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>Delivering needs the role of a reviewer: sign in as one, or ask one.</source>
        <translation>上报须有核查人员权限：请以核查人员身份登录，或请其办理。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/presenter.py"/>
        <source>Delivering needs the role of a reviewer; you are signed in without it.</source>
        <translation>上报须有核查人员权限，当前登录账号没有该权限。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/presenter.py"/>
        <source>Delivering to {platform}</source>
        <translation>正在向 {platform} 上报</translation>
    </message>
    <message>
        <location filename="../panels/delivery/presenter.py"/>
        <source>Examining {name}</source>
        <translation>正在检查 {name}</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>It will be tried again by itself, or press Retry.</source>
        <translation>稍后自动重试，也可点“重试”。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>Look at the reason, put it right, then press Resume.</source>
        <translation>请查看原因并处理，然后点“继续”。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/presenter.py"/>
        <source>Nobody is signed in: packages wait here until somebody is.</source>
        <translation>尚未登录：成果包在此等候，登录后继续。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>Objects</source>
        <translation>对象数</translation>
    </message>
    <message>
        <location filename="../panels/delivery/presenter.py"/>
        <source>Opening the delivery queue</source>
        <translation>正在打开上报队列</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>Press Resume to go on where it stopped.</source>
        <translation>点“继续”可从中断处接着上报。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>Receipt</source>
        <translation>回执</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>Received</source>
        <translation>接收时间</translation>
    </message>
    <message>
        <location filename="../panels/delivery/presenter.py"/>
        <source>Sending the audit log</source>
        <translation>正在报送审计日志</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>Sign in again; it then goes on by itself.</source>
        <translation>请重新登录，之后自动继续。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>The copy in the queue was changed or cannot be read: add the sealed package again.</source>
        <translation>队列中的副本被改动或无法读取，请重新添加已签章的成果包。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>The platform has no room: tell its administrator, then press Resume.</source>
        <translation>平台存储空间不足：请告知管理员，然后点“继续”。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/presenter.py"/>
        <source>The platform rejected {package}; the reason is below.</source>
        <translation>平台退回了 {package}，原因见下方。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/presenter.py"/>
        <source>This platform takes no deliveries.</source>
        <translation>该平台不接收上报。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>Time left</source>
        <translation>剩余时间</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>digests are ours, signature of the platform verified</source>
        <translation>摘要与本地一致，平台签名有效</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>failed, again in {time}</source>
        <translation>失败，{time}后重试</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>{count} h</source>
        <translation>{count} 小时</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>{count} min</source>
        <translation>{count} 分钟</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>{count} parcels</source>
        <translation>{count} 个图斑</translation>
    </message>
    <message>
        <location filename="../panels/delivery/words.py"/>
        <source>{count} s</source>
        <translation>{count} 秒</translation>
    </message>
    <message>
        <location filename="../panels/delivery/presenter.py"/>
        <source>{package} is delivered; the platform's receipt is here.</source>
        <translation>{package} 已上报，平台回执已收到。</translation>
    </message>
</context>
<context>
    <name>DeliveryPage</name>
    <message>
        <location filename="../panels/delivery/page.py"/>
        <source>Audit Log…</source>
        <translation>审计日志…</translation>
    </message>
    <message>
        <location filename="../panels/delivery/page.py"/>
        <source>Deliver Package…</source>
        <translation>上报成果包…</translation>
    </message>
    <message>
        <location filename="../panels/delivery/page.py"/>
        <source>Deliveries</source>
        <translation>上报记录</translation>
    </message>
    <message>
        <location filename="../panels/delivery/page.py"/>
        <source>Nothing is being delivered.
Deliver a sealed package, or drop it here.</source>
        <translation>暂无上报记录。
请上报已签章的成果包，或将其拖放到此处。</translation>
    </message>
    <message>
        <location filename="../panels/delivery/page.py"/>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <location filename="../panels/delivery/page.py"/>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <location filename="../panels/delivery/page.py"/>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <location filename="../panels/delivery/page.py"/>
        <source>Save Receipt…</source>
        <translation>保存回执…</translation>
    </message>
</context>
<context>
    <name>DeliveryQueue</name>
    <message>
        <location filename="../panels/delivery/queue_model.py"/>
        <source>Package</source>
        <translation>成果包</translation>
    </message>
    <message>
        <location filename="../panels/delivery/queue_model.py"/>
        <source>State</source>
        <translation>状态</translation>
    </message>
</context>
<context>
    <name>DockTools</name>
    <message>
        <location filename="../panels/verify/dock_tools.py"/>
        <source>Export Shown Findings…</source>
        <translation>导出所列发现…</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock_tools.py"/>
        <source>Map Follows the List</source>
        <translation>地图跟随列表</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock_tools.py"/>
        <source>Next Finding</source>
        <translation>下一条发现</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock_tools.py"/>
        <source>Open Report</source>
        <translation>打开报告</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock_tools.py"/>
        <source>Open Results…</source>
        <translation>打开核验结果…</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock_tools.py"/>
        <source>Options…</source>
        <translation>选项…</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock_tools.py"/>
        <source>Previous Finding</source>
        <translation>上一条发现</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock_tools.py"/>
        <source>Zoom to Finding</source>
        <translation>缩放到发现</translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message>
        <location filename="../panels/verify/export.py"/>
        <source>Excel workbook</source>
        <translation>Excel 工作簿</translation>
    </message>
    <message>
        <location filename="../panels/verify/export.py"/>
        <source>GeoPackage</source>
        <translation>GeoPackage</translation>
    </message>
    <message>
        <location filename="../panels/verify/export.py"/>
        <source>Text table</source>
        <translation>文本表格</translation>
    </message>
</context>
<context>
    <name>Families</name>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Area</source>
        <translation>面积</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Boundary</source>
        <translation>边界</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Change</source>
        <translation>变化</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Codes</source>
        <translation>代码</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Control</source>
        <translation>管控</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Heights</source>
        <translation>高程</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>History</source>
        <translation>历史</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Imagery</source>
        <translation>影像</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Logic</source>
        <translation>逻辑</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Package</source>
        <translation>成果包</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Photos</source>
        <translation>举证照片</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Schema</source>
        <translation>结构</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Statistics</source>
        <translation>统计</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Terrain</source>
        <translation>坡度与地形</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Topology</source>
        <translation>拓扑</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Tracks</source>
        <translation>轨迹</translation>
    </message>
</context>
<context>
    <name>FindingDetails</name>
    <message>
        <location filename="../panels/verify/finding_details.py"/>
        <source>Expected</source>
        <translation>应有值</translation>
    </message>
    <message>
        <location filename="../panels/verify/finding_details.py"/>
        <source>Family</source>
        <translation>类别</translation>
    </message>
    <message>
        <location filename="../panels/verify/finding_details.py"/>
        <source>Honest explanations</source>
        <translation>可能的正当原因</translation>
    </message>
    <message>
        <location filename="../panels/verify/finding_details.py"/>
        <source>How to fix</source>
        <translation>如何改正</translation>
    </message>
    <message>
        <location filename="../panels/verify/finding_details.py"/>
        <source>Likely cause</source>
        <translation>可能原因</translation>
    </message>
    <message>
        <location filename="../panels/verify/finding_details.py"/>
        <source>Measured</source>
        <translation>实测值</translation>
    </message>
    <message>
        <location filename="../panels/verify/finding_details.py"/>
        <source>Object</source>
        <translation>对象</translation>
    </message>
    <message>
        <location filename="../panels/verify/finding_details.py"/>
        <source>Parcel</source>
        <translation>图斑</translation>
    </message>
    <message>
        <location filename="../panels/verify/finding_details.py"/>
        <source>Rule</source>
        <translation>规则</translation>
    </message>
    <message>
        <location filename="../panels/verify/finding_details.py"/>
        <source>Tolerance</source>
        <translation>限差</translation>
    </message>
</context>
<context>
    <name>FindingsPage</name>
    <message>
        <location filename="../panels/verify/findings_page.py"/>
        <source>All families</source>
        <translation>全部类别</translation>
    </message>
    <message>
        <location filename="../panels/verify/findings_page.py"/>
        <source>All severities</source>
        <translation>全部等级</translation>
    </message>
    <message>
        <location filename="../panels/verify/findings_page.py"/>
        <source>All verdicts</source>
        <translation>全部结论</translation>
    </message>
    <message>
        <location filename="../panels/verify/findings_page.py"/>
        <source>By family</source>
        <translation>按类别排列</translation>
    </message>
    <message>
        <location filename="../panels/verify/findings_page.py"/>
        <source>By object</source>
        <translation>按对象排列</translation>
    </message>
    <message>
        <location filename="../panels/verify/findings_page.py"/>
        <source>Choose a finding to see its numbers.</source>
        <translation>选择一条发现，查看其数值。</translation>
    </message>
    <message>
        <location filename="../panels/verify/findings_page.py"/>
        <source>Family</source>
        <translation>类别</translation>
    </message>
    <message>
        <location filename="../panels/verify/findings_page.py"/>
        <source>Findings</source>
        <translation>发现</translation>
    </message>
    <message>
        <location filename="../panels/verify/findings_page.py"/>
        <source>No finding passes these filters.</source>
        <translation>没有符合筛选条件的发现。</translation>
    </message>
    <message>
        <location filename="../panels/verify/findings_page.py"/>
        <source>Order</source>
        <translation>排序</translation>
    </message>
    <message>
        <location filename="../panels/verify/findings_page.py"/>
        <source>Search message, object, rule…</source>
        <translation>搜索说明、对象、规则…</translation>
    </message>
    <message>
        <location filename="../panels/verify/findings_page.py"/>
        <source>Severity</source>
        <translation>等级</translation>
    </message>
    <message>
        <location filename="../panels/verify/findings_page.py"/>
        <source>Verdict</source>
        <translation>结论</translation>
    </message>
    <message>
        <location filename="../panels/verify/findings_page.py"/>
        <source>Worst first</source>
        <translation>最严重的在前</translation>
    </message>
    <message>
        <location filename="../panels/verify/findings_page.py"/>
        <source>{shown} of {total} findings</source>
        <translation>共 {total} 条发现，列出 {shown} 条</translation>
    </message>
</context>
<context>
    <name>Help</name>
    <message>
        <location filename="../processing_provider/help_pages.py"/>
        <source>Rules</source>
        <translation>规则</translation>
    </message>
    <message>
        <location filename="../processing_provider/help_pages.py"/>
        <source>by memory of the standard: at most doubtful</source>
        <translation>凭对标准的记忆，最多判为存疑</translation>
    </message>
</context>
<context>
    <name>Inputs</name>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Bands of the imagery</source>
        <translation>影像波段</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>CSV with the columns GDLX, GDPDJB, KCXS</source>
        <translation>CSV 文件，含 GDLX、GDPDJB、KCXS 三列</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Control area of the county (m²)</source>
        <translation>县级控制面积（m²）</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Control layers</source>
        <translation>管控图层</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Current imagery</source>
        <translation>当前影像</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>DLTB of last year from the one map</source>
        <translation>一张图中上一年度的 DLTB</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Date of the earlier imagery</source>
        <translation>早期影像的拍摄日期</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Date of the imagery</source>
        <translation>影像拍摄日期</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Earlier imagery</source>
        <translation>早期影像</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Field-ridge coefficients of the county</source>
        <translation>县级田坎系数表</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Findings</source>
        <translation>发现（GeoPackage）</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>First day of field work</source>
        <translation>外业开始日期</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Folder, .zip, .gdb, .gpkg or .shp, with layers by their standard names</source>
        <translation>文件夹、.zip、.gdb、.gpkg 或 .shp，图层按标准命名</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>For example red=3,nir=4 or ndvi=1; otherwise taken from their descriptions</source>
        <translation>例如 red=3,nir=4 或 ndvi=1；留空则按波段描述识别</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>GeoPackage</source>
        <translation>GeoPackage</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Heights of the submission</source>
        <translation>成果高程的来源</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Id or folder of a rule set; the newest shipped when empty</source>
        <translation>规则集的编号或文件夹；留空则用自带的最新规则集</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Independent of this DEM</source>
        <translation>与此 DEM 无关</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Last day of field work</source>
        <translation>外业结束日期</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>May come from this DEM</source>
        <translation>可能取自此 DEM</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Permanent basic farmland, ecological red line, urban boundary, approvals; told apart by name and fields</source>
        <translation>永久基本农田、生态保护红线、城镇开发边界、审批等；按名称和字段识别</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Report</source>
        <translation>核验报告</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Rule set</source>
        <translation>规则集</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Submission</source>
        <translation>成果包</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>To which the areas of all parcels have to sum up</source>
        <translation>全部图斑面积之和应与之相等</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Trusted DEM (heights in metres)</source>
        <translation>可信 DEM（高程单位：米）</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Verification record</source>
        <translation>核验记录</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Web page</source>
        <translation>网页</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>Without it, the rules on terrain and heights are not checkable</source>
        <translation>不提供时，坡度与地形、高程类规则无法检查</translation>
    </message>
    <message>
        <location filename="../processing_provider/inputs.py"/>
        <source>independent: measured without this DEM, so that equal heights are suspicious; same_source: the heights may legitimately come from it</source>
        <translation>independent：高程另行测得，若与此 DEM 完全相同则可疑；same_source：高程可合法取自此 DEM</translation>
    </message>
</context>
<context>
    <name>InputsForm</name>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Bands</source>
        <translation>波段</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Choose Folder for Results</source>
        <translation>选择结果文件夹</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Control</source>
        <translation>管控</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Control area (m²)</source>
        <translation>控制面积（m²）</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Current</source>
        <translation>当前影像</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>DEM</source>
        <translation>DEM</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Earlier</source>
        <translation>早期影像</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Field work from</source>
        <translation>外业自</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Field work to</source>
        <translation>外业至</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Heights</source>
        <translation>高程</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Imagery</source>
        <translation>影像</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Last year</source>
        <translation>上年图斑</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Newest shipped</source>
        <translation>自带的最新规则集</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Package</source>
        <translation>成果包</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Results in</source>
        <translation>结果存于</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Ridge table</source>
        <translation>田坎系数</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Rule set</source>
        <translation>规则集</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Taken on</source>
        <translation>拍摄日期</translation>
    </message>
    <message>
        <location filename="../panels/verify/inputs_form.py"/>
        <source>Trusted One Map</source>
        <translation>可信一张图</translation>
    </message>
</context>
<context>
    <name>LoadedPage</name>
    <message>
        <location filename="../panels/onemap/loaded_page.py"/>
        <source>Age</source>
        <translation>更新情况</translation>
    </message>
    <message>
        <location filename="../panels/onemap/loaded_page.py"/>
        <source>Ask the catalogue whether a service has another address or name now</source>
        <translation>向目录查询服务的地址或名称是否已变</translation>
    </message>
    <message>
        <location filename="../panels/onemap/loaded_page.py"/>
        <source>Content of</source>
        <translation>内容时间</translation>
    </message>
    <message>
        <location filename="../panels/onemap/loaded_page.py"/>
        <source>Find Moved Services</source>
        <translation>查找已迁移的服务</translation>
    </message>
    <message>
        <location filename="../panels/onemap/loaded_page.py"/>
        <source>Layer</source>
        <translation>图层</translation>
    </message>
    <message>
        <location filename="../panels/onemap/loaded_page.py"/>
        <source>Layers of the one map</source>
        <translation>一张图图层</translation>
    </message>
    <message>
        <location filename="../panels/onemap/loaded_page.py"/>
        <source>The service does not answer: sign in, or find where it moved</source>
        <translation>服务无响应：请登录，或查找其新地址</translation>
    </message>
</context>
<context>
    <name>Notice</name>
    <message>
        <location filename="../panels/notice.py"/>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>Numbers</name>
    <message>
        <location filename="../panels/numbers.py"/>
        <source>{m2} m² ({ha} ha, {mu} mu)</source>
        <translation>{m2} m²（{ha} 公顷，{mu} 亩）</translation>
    </message>
</context>
<context>
    <name>OneMapAge</name>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>this month</source>
        <translation>本月</translation>
    </message>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>{count} months old</source>
        <translation>{count} 个月前</translation>
    </message>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>{count} years old</source>
        <translation>{count} 年前</translation>
    </message>
</context>
<context>
    <name>OneMapDock</name>
    <message>
        <location filename="../panels/onemap/dock.py"/>
        <source>Catalogue</source>
        <translation>目录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/dock.py"/>
        <source>Choose a platform above; its catalogue then appears here.</source>
        <translation>请在上方选择平台，其目录将显示在此处。</translation>
    </message>
    <message>
        <location filename="../panels/onemap/files.py"/>
        <source>Deliver Sealed Packages</source>
        <translation>上报已签章的成果包</translation>
    </message>
    <message>
        <location filename="../panels/onemap/dock.py"/>
        <source>Delivery</source>
        <translation>上报</translation>
    </message>
    <message>
        <location filename="../panels/onemap/dock.py"/>
        <source>Loaded</source>
        <translation>已加载</translation>
    </message>
    <message>
        <location filename="../panels/onemap/dock.py"/>
        <source>Nothing of the one map is in this project yet.</source>
        <translation>本工程中尚无一张图图层。</translation>
    </message>
    <message>
        <location filename="../panels/onemap/dock.py"/>
        <source>One Map</source>
        <translation>一张图</translation>
    </message>
    <message>
        <location filename="../panels/onemap/offline.py"/>
        <source>Only layers of the platform's one map can be saved.</source>
        <translation>只能保存平台一张图中的图层。</translation>
    </message>
    <message>
        <location filename="../panels/onemap/files.py"/>
        <source>Receipts</source>
        <translation>回执</translation>
    </message>
    <message>
        <location filename="../panels/onemap/files.py"/>
        <source>Save Receipt</source>
        <translation>保存回执</translation>
    </message>
    <message>
        <location filename="../panels/onemap/files.py"/>
        <source>Save for Work Without Network</source>
        <translation>保存供离线使用</translation>
    </message>
    <message>
        <location filename="../panels/onemap/files.py"/>
        <source>Sealed packages</source>
        <translation>已签章的成果包</translation>
    </message>
    <message>
        <location filename="../panels/onemap/files.py"/>
        <source>Site profiles</source>
        <translation>站点配置</translation>
    </message>
    <message>
        <location filename="../panels/onemap/files.py"/>
        <source>Use a Site Profile</source>
        <translation>使用站点配置</translation>
    </message>
    <message>
        <location filename="../panels/onemap/offline.py"/>
        <source>{count} layers saved to {folder}</source>
        <translation>已将 {count} 个图层保存到 {folder}</translation>
    </message>
    <message>
        <location filename="../panels/onemap/dock.py"/>
        <source>{count} layers were found again where they are now</source>
        <translation>已找回 {count} 个图层，服务地址已更新</translation>
    </message>
</context>
<context>
    <name>OneMapKind</name>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>Local file</source>
        <translation>本地文件</translation>
    </message>
</context>
<context>
    <name>OneMapRole</name>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>Administrator</source>
        <translation>管理员</translation>
    </message>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>Reviewer</source>
        <translation>核查人员</translation>
    </message>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>Surveyor</source>
        <translation>作业人员</translation>
    </message>
</context>
<context>
    <name>OneMapState</name>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>No sign-in needed</source>
        <translation>无须登录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>Not signed in</source>
        <translation>未登录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>Sign-in failed</source>
        <translation>登录失败</translation>
    </message>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>Signed in</source>
        <translation>已登录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>Signing in…</source>
        <translation>正在登录…</translation>
    </message>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>The sign-in has expired</source>
        <translation>登录已过期</translation>
    </message>
</context>
<context>
    <name>OneMapZone</name>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>Business network</source>
        <translation>业务网</translation>
    </message>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>Government network</source>
        <translation>政务外网</translation>
    </message>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>Inner network</source>
        <translation>涉密内网</translation>
    </message>
    <message>
        <location filename="../panels/onemap/words.py"/>
        <source>Internet</source>
        <translation>互联网</translation>
    </message>
</context>
<context>
    <name>OptionsPage</name>
    <message>
        <location filename="../panels/options/page.py"/>
        <source>Control area of the county</source>
        <translation>县级控制面积</translation>
    </message>
    <message>
        <location filename="../panels/options/page.py"/>
        <source>Defaults for the Verify panel. Each run can say otherwise; the record keeps what was used.</source>
        <translation>核验面板的默认值。每次核验均可另行指定；实际所用的值写入核验记录。</translation>
    </message>
    <message>
        <location filename="../panels/options/page.py"/>
        <source>Field-ridge coefficients</source>
        <translation>田坎系数表</translation>
    </message>
    <message>
        <location filename="../panels/options/page.py"/>
        <source>Folder for results</source>
        <translation>结果文件夹</translation>
    </message>
    <message>
        <location filename="../panels/options/page.py"/>
        <source>Folder with site profiles</source>
        <translation>站点配置文件夹</translation>
    </message>
    <message>
        <location filename="../panels/options/page.py"/>
        <source>Newest shipped</source>
        <translation>自带的最新规则集</translation>
    </message>
    <message>
        <location filename="../panels/options/page.py"/>
        <source>Not known</source>
        <translation>未知</translation>
    </message>
    <message>
        <location filename="../panels/options/page.py"/>
        <source>OneMap Verify</source>
        <translation>一张图核验</translation>
    </message>
    <message>
        <location filename="../panels/options/page.py"/>
        <source>Rule set</source>
        <translation>规则集</translation>
    </message>
    <message>
        <location filename="../panels/options/page.py"/>
        <source>Site profiles (JSON) of the administrator; one with the id of a shipped profile takes its place</source>
        <translation>管理员提供的站点配置（JSON）；与自带配置编号相同的取而代之</translation>
    </message>
    <message>
        <location filename="../panels/options/page.py"/>
        <source>Tables</source>
        <translation>表格</translation>
    </message>
    <message>
        <location filename="../panels/options/page.py"/>
        <source>The map follows the list of findings</source>
        <translation>地图跟随发现列表</translation>
    </message>
</context>
<context>
    <name>PackageChoice</name>
    <message>
        <location filename="../panels/package_choice.py"/>
        <source>All files</source>
        <translation>所有文件</translation>
    </message>
    <message>
        <location filename="../panels/package_choice.py"/>
        <source>Choose Survey Package</source>
        <translation>选择成果包</translation>
    </message>
    <message>
        <location filename="../panels/package_choice.py"/>
        <source>Choose a package file (.zip, .gpkg, .shp)</source>
        <translation>选择成果包文件（.zip、.gpkg、.shp）</translation>
    </message>
    <message>
        <location filename="../panels/package_choice.py"/>
        <source>Choose a package folder or .gdb</source>
        <translation>选择成果包文件夹或 .gdb</translation>
    </message>
    <message>
        <location filename="../panels/package_choice.py"/>
        <source>Folder, .zip, .gdb, .gpkg or .shp</source>
        <translation>文件夹、.zip、.gdb、.gpkg 或 .shp</translation>
    </message>
    <message>
        <location filename="../panels/package_choice.py"/>
        <source>Survey package</source>
        <translation>成果包</translation>
    </message>
    <message>
        <location filename="../panels/package_choice.py"/>
        <source>Survey packages</source>
        <translation>成果包</translation>
    </message>
</context>
<context>
    <name>Platform</name>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Add to the project</source>
        <translation>添加到工程</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>An authentication configuration with it as password, env:NAME or @file; never the passphrase itself</source>
        <translation>以其为密码的认证配置编号、env:变量名 或 @文件；切勿直接填写口令</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>Certificate of the signer</source>
        <translation>签章人证书</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>Certificate valid when signed</source>
        <translation>签章时证书有效</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>Check seal</source>
        <translation>验证签章</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Control layers</source>
        <translation>控制线图层</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Date of the earlier imagery</source>
        <translation>前期影像日期</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Date of the imagery</source>
        <translation>影像日期</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Date of the survey</source>
        <translation>调查日期</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Decides which picture and which year's parcels fit best</source>
        <translation>据此选取最合适的影像和年度图斑</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>Deliver package</source>
        <translation>上报成果包</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Earlier imagery</source>
        <translation>前期影像</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>Empty: as signed in; device, browser, @file, or the id of an authentication configuration</source>
        <translation>空：使用当前登录；也可填 device、browser、@文件 或认证配置编号</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>Everything as it was sealed</source>
        <translation>内容与签章时一致</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Extent</source>
        <translation>范围</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>Findings</source>
        <translation>核验发现</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>First object that differs</source>
        <translation>首个不一致的对象</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Groups</source>
        <translation>分组</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>Id of the package</source>
        <translation>成果包编号</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>Id or JSON file; the current platform when empty</source>
        <translation>编号或 JSON 文件；留空为当前平台</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Ids of groups, separated by ;</source>
        <translation>分组编号，以 ; 分隔</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Ids of layers, separated by ; – all when neither groups nor layers are given</source>
        <translation>图层编号，以 ; 分隔；分组与图层均不填则为全部</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Imagery</source>
        <translation>影像</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>In the platform's fixed order of groups</source>
        <translation>按平台固定的分组次序</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>Key of the signer (SM2, PKCS#8)</source>
        <translation>签章人私钥（SM2，PKCS#8）</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Layers</source>
        <translation>图层</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Layers loaded or saved</source>
        <translation>已加载或保存的图层</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Layers that could not be had</source>
        <translation>未能取得的图层</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Load the one map</source>
        <translation>加载一张图</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>Moment of signing, where no time stamp proves it</source>
        <translation>签章时刻（无时间戳证明时）</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>Network zone the package must not leave</source>
        <translation>成果包不得离开的网络区域</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Number of layers</source>
        <translation>图层数</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Of what is saved; the whole layers when empty</source>
        <translation>保存的范围；留空为整个图层</translation>
    </message>
    <message>
        <location filename="../processing_provider/passphrase.py"/>
        <source>Others can read the file with the passphrase: take their rights away (chmod 600).</source>
        <translation>其他用户可以读取口令文件，请收回其权限（chmod 600）。</translation>
    </message>
    <message>
        <location filename="../processing_provider/passphrase.py"/>
        <source>PASSPHRASE names no authentication configuration. Never write a passphrase there: store it as the password of a configuration of kind Basic and choose that one, or give env:NAME or @file.</source>
        <translation>PASSPHRASE 不是认证配置的编号。切勿在此直接填写口令：请将其存为“基本”类认证配置的密码后选用，或填写 env:变量名 或 @文件。</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>PEM or DER files, or folders of them; without any, those of the chosen platform</source>
        <translation>PEM 或 DER 文件，或其所在文件夹；不填则使用所选平台的证书</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Parcels of last year</source>
        <translation>上年度图斑</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>Platform</source>
        <translation>平台</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>Receipt</source>
        <translation>回执</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>SHA-256 of the package</source>
        <translation>成果包 SHA-256</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>SM3 of the package</source>
        <translation>成果包 SM3</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Save to folder</source>
        <translation>保存到文件夹</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Saves terrain, pictures, last year's parcels and control layers for work without network; an interrupted run is taken up again</source>
        <translation>保存地形、影像、上年度图斑和控制线图层供离线使用；中断后可接着进行</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>Seal package</source>
        <translation>成果包签章</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>Sealed package</source>
        <translation>已签章的成果包</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>Seconds to keep trying</source>
        <translation>持续重试的秒数</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>Sign in</source>
        <translation>登录</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>Signer</source>
        <translation>签章人</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>Signer trusted</source>
        <translation>签章人可信</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>Site profile</source>
        <translation>站点配置</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>State of the delivery</source>
        <translation>上报状态</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Summary</source>
        <translation>摘要</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>Terrain</source>
        <translation>地形</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>The .zip, or the folder it was unpacked to</source>
        <translation>.zip 文件，或其解压后的文件夹</translation>
    </message>
    <message>
        <location filename="../processing_provider/passphrase.py"/>
        <source>The environment has no variable {name}.</source>
        <translation>没有环境变量 {name}。</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>The extent cannot be understood.</source>
        <translation>无法识别该范围。</translation>
    </message>
    <message>
        <location filename="../processing_provider/passphrase.py"/>
        <source>The file with the passphrase cannot be read.</source>
        <translation>无法读取口令文件。</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>The key was opened without a passphrase.</source>
        <translation>私钥未设口令。</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>The platform's signed receipt</source>
        <translation>平台签名的回执</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>The site profile {name} names no time-stamp authority.</source>
        <translation>站点配置 {name} 未指定时间戳服务。</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>Time proven</source>
        <translation>时间可证</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>Time stamp: address or site profile</source>
        <translation>时间戳：服务地址或站点配置</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_seal.py"/>
        <source>Trusted certificates</source>
        <translation>受信任的证书</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>Verification record</source>
        <translation>核验记录</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>Way</source>
        <translation>方式</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>What fails is tried again; later it stays in the delivery queue</source>
        <translation>失败时重试；逾时后留在上报队列中</translation>
    </message>
    <message>
        <location filename="../processing_provider/load_one_map.py"/>
        <source>What was loaded or saved, from where, and why</source>
        <translation>加载或保存了什么、来自何处及原因</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>Where the key's passphrase is</source>
        <translation>私钥口令所在</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>Without a verification record the package can be sealed, but not delivered.</source>
        <translation>没有核验记录的成果包可以签章，但不能上报。</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>package: the sealed package as one file; features: parcel by parcel into the staging layer</source>
        <translation>package：已签章的成果包作为一个文件；features：逐图斑写入暂存图层</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>{name} cannot be read: {reason}</source>
        <translation>无法读取 {name}：{reason}</translation>
    </message>
    <message>
        <location filename="../processing_provider/seal_package.py"/>
        <source>{name} is no verification record.</source>
        <translation>{name} 不是核验记录。</translation>
    </message>
    <message>
        <location filename="../processing_provider/deliver.py"/>
        <source>{package} was not delivered ({state}): {reason}</source>
        <translation>{package} 未上报（{state}）：{reason}</translation>
    </message>
</context>
<context>
    <name>Plugin</name>
    <message>
        <location filename="../plugin.py"/>
        <source>One Map</source>
        <translation>一张图</translation>
    </message>
    <message>
        <location filename="../plugin.py"/>
        <source>Show or hide the panel that verifies submissions</source>
        <translation>显示或隐藏成果核验面板</translation>
    </message>
    <message>
        <location filename="../plugin.py"/>
        <source>Show or hide the panel to sign in, load the one map and deliver</source>
        <translation>显示或隐藏登录、加载一张图与上报的面板</translation>
    </message>
    <message>
        <location filename="../plugin.py"/>
        <source>Verify Submission</source>
        <translation>成果核验</translation>
    </message>
</context>
<context>
    <name>Requirements</name>
    <message>
        <location filename="../processing_provider/requirements.py"/>
        <source>Another plugin has loaded Shapely together with the geometry library of QGIS, and its results would be wrong. Disable that plugin, or let OneMap Verify run first, and restart QGIS.</source>
        <translation>其他插件已将 Shapely 与 QGIS 的几何库混合加载，计算结果将不可信。请停用该插件，或先运行 OneMap Verify，然后重启 QGIS。</translation>
    </message>
    <message>
        <location filename="../processing_provider/requirements.py"/>
        <source>On Windows open the OSGeo4W Shell that came with QGIS and run: {command} — on Linux and macOS run it with the Python of QGIS. Then restart QGIS.</source>
        <translation>Windows 下打开随 QGIS 安装的 OSGeo4W Shell，运行：{command}；Linux 与 macOS 下用 QGIS 的 Python 运行。然后重启 QGIS。</translation>
    </message>
    <message>
        <location filename="../processing_provider/requirements.py"/>
        <source>OneMap Verify needs the Python library Shapely 2.0 or newer.</source>
        <translation>OneMap Verify 需要 Python 库 Shapely 2.0 或更高版本。</translation>
    </message>
    <message>
        <location filename="../processing_provider/requirements.py"/>
        <source>Shapely is not installed.</source>
        <translation>尚未安装 Shapely。</translation>
    </message>
    <message>
        <location filename="../processing_provider/requirements.py"/>
        <source>Shapely {version} is installed.</source>
        <translation>当前安装的是 Shapely {version}。</translation>
    </message>
</context>
<context>
    <name>Results</name>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Evidence</source>
        <translation>依据数值</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Expected</source>
        <translation>应有值</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Family</source>
        <translation>类别</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Finding</source>
        <translation>发现编号</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Findings</source>
        <translation>发现</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Layer</source>
        <translation>图层</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Likely cause</source>
        <translation>可能原因</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Measured</source>
        <translation>实测值</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Message (Chinese)</source>
        <translation>说明</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Message (English)</source>
        <translation>说明（英文）</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Not checkable</source>
        <translation>无法检查</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Object</source>
        <translation>对象</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Outcome</source>
        <translation>处置</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Parcel</source>
        <translation>图斑</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Reasons</source>
        <translation>原因</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Risk</source>
        <translation>风险</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Risk of parcels</source>
        <translation>图斑风险</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Rule</source>
        <translation>规则</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Rule version</source>
        <translation>规则版本</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Rules run</source>
        <translation>规则执行情况</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Score</source>
        <translation>评分</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Seconds</source>
        <translation>用时（秒）</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Severity</source>
        <translation>等级</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Tested</source>
        <translation>已检查</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Tolerance</source>
        <translation>限差</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Unit</source>
        <translation>单位</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Verdict</source>
        <translation>结论</translation>
    </message>
    <message>
        <location filename="../processing_provider/results.py"/>
        <source>Verification: {package}</source>
        <translation>核验结果：{package}</translation>
    </message>
</context>
<context>
    <name>Review</name>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>A number of units</source>
        <translation>指定数量</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Adjustment factor t</source>
        <translation>调整系数 t</translation>
    </message>
    <message>
        <location filename="../processing_provider/compare_findings.py"/>
        <source>Compare findings</source>
        <translation>对比核验结果</translation>
    </message>
    <message>
        <location filename="../processing_provider/compare_findings.py"/>
        <source>Comparison</source>
        <translation>对比结果</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Confidence</source>
        <translation>置信度</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Draw sample</source>
        <translation>抽取样本</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Errors that were upheld</source>
        <translation>经确认的错漏</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Errors: class A, B, C, D</source>
        <translation>错漏：类别 A、B、C、D</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Errors: quality element</source>
        <translation>错漏：质量元素</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Errors: unit</source>
        <translation>错漏：单位</translation>
    </message>
    <message>
        <location filename="../processing_provider/compare_findings.py"/>
        <source>Findings of the earlier verification</source>
        <translation>上次核验的发现</translation>
    </message>
    <message>
        <location filename="../processing_provider/compare_findings.py"/>
        <source>Findings of the later verification</source>
        <translation>本次核验的发现</translation>
    </message>
    <message>
        <location filename="../processing_provider/compare_findings.py"/>
        <source>Findings that are gone</source>
        <translation>已消除的发现</translation>
    </message>
    <message>
        <location filename="../processing_provider/compare_findings.py"/>
        <source>Findings that are still there</source>
        <translation>仍在的发现</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>GB/T 24356-2009, table of sample sizes</source>
        <translation>GB/T 24356-2009 样本量表</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>GB/T 24356-2023, table of sample sizes</source>
        <translation>GB/T 24356-2023 样本量表</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Grade of the lot</source>
        <translation>批质量等级</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Identifier</source>
        <translation>标识</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Judge lot</source>
        <translation>评分与批判定</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Keep the units that were not drawn</source>
        <translation>保留未入样的单位</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Limit of wrong units (share)</source>
        <translation>错误单位的允许比例</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Lots</source>
        <translation>批数</translation>
    </message>
    <message>
        <location filename="../processing_provider/compare_findings.py"/>
        <source>New findings</source>
        <translation>新增的发现</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Number of units</source>
        <translation>单位数</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Plan</source>
        <translation>抽样方案</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Record of the draw</source>
        <translation>抽样记录</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Record of the verdict</source>
        <translation>判定记录</translation>
    </message>
    <message>
        <location filename="../processing_provider/compare_findings.py"/>
        <source>Review</source>
        <translation>复核</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Sample</source>
        <translation>样本</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Sample (of Draw sample)</source>
        <translation>样本（“抽取样本”的输出）</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Scores of the units</source>
        <translation>单位得分</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Seed (agreed before the draw)</source>
        <translation>种子（抽样前商定）</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Strata (village, class, …)</source>
        <translation>分层（村、地类等）</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>The layer has no field {name}.</source>
        <translation>图层没有字段 {name}。</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>The weights are no JSON object of numbers: {reason}</source>
        <translation>权重不是由数值组成的 JSON 对象：{reason}</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Units (parcels, sheets, …)</source>
        <translation>单位成果（图斑、图幅等）</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Units drawn</source>
        <translation>入样单位数</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Units inspected</source>
        <translation>检验单位数</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Units not qualified</source>
        <translation>不合格单位数</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Verdict (passed or failed)</source>
        <translation>判定（passed 通过，failed 不通过）</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>Weights of the elements as JSON</source>
        <translation>质量元素权重（JSON）</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>What fails the lot in any case</source>
        <translation>直接判定不合格的情形</translation>
    </message>
    <message>
        <location filename="../processing_provider/draw_sample.py"/>
        <source>Zero defects: nothing wrong proves the limit</source>
        <translation>零缺陷：样本全部合格即证明限值</translation>
    </message>
    <message>
        <location filename="../processing_provider/judge_lot.py"/>
        <source>{count} errors are of units outside the sample.</source>
        <translation>{count} 处错漏属于样本以外的单位。</translation>
    </message>
</context>
<context>
    <name>ServiceTask</name>
    <message>
        <location filename="../panels/service_task.py"/>
        <source>Internal error ({kind}).</source>
        <translation>内部错误（{kind}）。</translation>
    </message>
    <message>
        <location filename="../panels/service_task.py"/>
        <source>The details are in the log panel, tab OneMap Verify.</source>
        <translation>详情见日志面板的 OneMap Verify 页。</translation>
    </message>
</context>
<context>
    <name>SignIn</name>
    <message>
        <location filename="../panels/onemap/sign_in.py"/>
        <source>Signing in</source>
        <translation>正在登录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/sign_in.py"/>
        <source>Signing out</source>
        <translation>正在退出登录</translation>
    </message>
    <message>
        <location filename="../panels/onemap/sign_in.py"/>
        <source>Taking up the sign-in</source>
        <translation>正在恢复登录</translation>
    </message>
</context>
<context>
    <name>SignInDialog</name>
    <message>
        <location filename="../panels/onemap/sign_in_dialogs.py"/>
        <source>Account</source>
        <translation>账号</translation>
    </message>
    <message>
        <location filename="../panels/onemap/sign_in_dialogs.py"/>
        <source>Enter Key</source>
        <translation>输入密钥</translation>
    </message>
    <message>
        <location filename="../panels/onemap/sign_in_dialogs.py"/>
        <source>Password</source>
        <translation>密码</translation>
    </message>
    <message>
        <location filename="../panels/onemap/sign_in_dialogs.py"/>
        <source>Sign In to {platform}</source>
        <translation>登录 {platform}</translation>
    </message>
    <message>
        <location filename="../panels/onemap/sign_in_dialogs.py"/>
        <source>Use an Authentication Configuration</source>
        <translation>使用认证配置</translation>
    </message>
</context>
<context>
    <name>Sources</name>
    <message>
        <location filename="../processing_provider/sources.py"/>
        <source>The layer “{name}” cannot be read: {reason}</source>
        <translation>无法读取图层“{name}”：{reason}</translation>
    </message>
    <message>
        <location filename="../processing_provider/sources.py"/>
        <source>{what}: the layer “{name}” is not a raster file. Save it as GeoTIFF first.</source>
        <translation>{what}：图层“{name}”不是栅格文件，请先另存为 GeoTIFF。</translation>
    </message>
</context>
<context>
    <name>SummaryPage</name>
    <message>
        <location filename="../panels/verify/summary_page.py"/>
        <source>Checks made</source>
        <translation>检查次数</translation>
    </message>
    <message>
        <location filename="../panels/verify/summary_page.py"/>
        <source>Findings</source>
        <translation>发现</translation>
    </message>
    <message>
        <location filename="../panels/verify/summary_page.py"/>
        <source>Not checkable</source>
        <translation>无法检查</translation>
    </message>
    <message>
        <location filename="../panels/verify/summary_page.py"/>
        <source>Not checkable: {reason}</source>
        <translation>无法检查：{reason}</translation>
    </message>
    <message>
        <location filename="../panels/verify/summary_page.py"/>
        <source>Rules</source>
        <translation>规则</translation>
    </message>
    <message>
        <location filename="../panels/verify/summary_page.py"/>
        <source>Rules with their counts</source>
        <translation>规则及其计数</translation>
    </message>
    <message>
        <location filename="../panels/verify/summary_page.py"/>
        <source>Tested</source>
        <translation>已检查</translation>
    </message>
</context>
<context>
    <name>Verification</name>
    <message>
        <location filename="../processing_provider/check_history.py"/>
        <source>Check against last year</source>
        <translation>与上年度对照</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_area.py"/>
        <source>Check areas</source>
        <translation>检查面积</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_boundary.py"/>
        <source>Check boundaries</source>
        <translation>检查边界</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_change.py"/>
        <source>Check change</source>
        <translation>检查变化</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_codes.py"/>
        <source>Check codes</source>
        <translation>检查代码</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_control.py"/>
        <source>Check control lines</source>
        <translation>检查管控边界</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_photos.py"/>
        <source>Check evidence photos</source>
        <translation>检查举证照片</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_heights.py"/>
        <source>Check heights</source>
        <translation>检查高程</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_imagery.py"/>
        <source>Check imagery</source>
        <translation>检查影像地类</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_logic.py"/>
        <source>Check logic of attributes</source>
        <translation>检查属性逻辑</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_package.py"/>
        <source>Check package and coordinate system</source>
        <translation>检查成果包与坐标系</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_schema.py"/>
        <source>Check schema</source>
        <translation>检查数据结构</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_statistics.py"/>
        <source>Check statistics</source>
        <translation>检查统计异常</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_terrain.py"/>
        <source>Check terrain</source>
        <translation>检查坡度与地形</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_topology.py"/>
        <source>Check topology</source>
        <translation>检查拓扑</translation>
    </message>
    <message>
        <location filename="../processing_provider/check_tracks.py"/>
        <source>Check tracks</source>
        <translation>检查轨迹</translation>
    </message>
    <message>
        <location filename="../processing_provider/verification.py"/>
        <source>Findings that are doubtful</source>
        <translation>存疑的发现数</translation>
    </message>
    <message>
        <location filename="../processing_provider/verification.py"/>
        <source>Findings that are inconsistent</source>
        <translation>不一致的发现数</translation>
    </message>
    <message>
        <location filename="../processing_provider/verification.py"/>
        <source>Layer of findings</source>
        <translation>发现图层</translation>
    </message>
    <message>
        <location filename="../processing_provider/verification.py"/>
        <source>Number of findings</source>
        <translation>发现总数</translation>
    </message>
    <message>
        <location filename="../processing_provider/verification.py"/>
        <source>Objects not checkable</source>
        <translation>无法检查的对象数</translation>
    </message>
    <message>
        <location filename="../processing_provider/verification.py"/>
        <source>Objects tested</source>
        <translation>已检查的对象数</translation>
    </message>
    <message>
        <location filename="../processing_provider/verification.py"/>
        <source>Single families of rules</source>
        <translation>分类检查</translation>
    </message>
    <message>
        <location filename="../processing_provider/verify_submission.py"/>
        <source>Verification</source>
        <translation>核验</translation>
    </message>
    <message>
        <location filename="../processing_provider/verify_submission.py"/>
        <source>Verify submission</source>
        <translation>核验成果包</translation>
    </message>
</context>
<context>
    <name>VerifyDock</name>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Cannot save to {path}</source>
        <translation>无法保存到 {path}</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Export Shown Findings</source>
        <translation>导出所列发现</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Findings</source>
        <translation>发现</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Inputs</source>
        <translation>输入</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>No findings to show. Verify a package, or open the results of an earlier run.</source>
        <translation>没有可显示的发现。请核验成果包，或打开以前的核验结果。</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Nothing verified yet. Choose a survey package under Inputs, then press Verify.</source>
        <translation>尚未核验。请在“输入”中选择成果包，然后点击“核验”。</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Nothing was found. The summary says what was checked.</source>
        <translation>没有发现问题。检查了什么，见“概况”。</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Open Results</source>
        <translation>打开核验结果</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Saved to {path}</source>
        <translation>已保存到 {path}</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Summary</source>
        <translation>概况</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>This finding has no place on the map</source>
        <translation>此发现在地图上没有位置</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Verify</source>
        <translation>核验</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Verify Submission</source>
        <translation>成果核验</translation>
    </message>
    <message>
        <location filename="../panels/verify/dock.py"/>
        <source>Verifying: {what}</source>
        <translation>正在核验：{what}</translation>
    </message>
</context>
<context>
    <name>VerifyPresenter</name>
    <message>
        <location filename="../panels/verify/presenter.py"/>
        <source>Cannot read the findings in {path}: {reason}</source>
        <translation>无法读取 {path} 中的发现：{reason}</translation>
    </message>
    <message>
        <location filename="../panels/verify/presenter.py"/>
        <source>Choose a survey package first</source>
        <translation>请先选择成果包</translation>
    </message>
    <message>
        <location filename="../panels/verify/presenter.py"/>
        <source>{layers} lies in the package itself and cannot speak for it. Choose another.</source>
        <translation>{layers} 就在成果包内，不能用来核验该成果包。请选择其他图层。</translation>
    </message>
</context>
<context>
    <name>VerifyRun</name>
    <message>
        <location filename="../panels/verify/tasks.py"/>
        <source>Reading {name}</source>
        <translation>正在读取 {name}</translation>
    </message>
    <message>
        <location filename="../panels/verify/tasks.py"/>
        <source>The algorithm {name} is not registered.</source>
        <translation>算法 {name} 未注册。</translation>
    </message>
    <message>
        <location filename="../panels/verify/tasks.py"/>
        <source>The run failed.</source>
        <translation>核验未能完成。</translation>
    </message>
</context>
<context>
    <name>VerifyState</name>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Cancelling…</source>
        <translation>正在取消…</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Choose a survey package</source>
        <translation>请选择成果包</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Not verified</source>
        <translation>未完成核验</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Reading the findings…</source>
        <translation>正在读取发现…</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Ready to verify</source>
        <translation>可以开始核验</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Verified</source>
        <translation>核验完成</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Verified; nothing was found</source>
        <translation>核验完成，没有发现问题</translation>
    </message>
    <message>
        <location filename="../panels/verify/words.py"/>
        <source>Verifying…</source>
        <translation>正在核验…</translation>
    </message>
</context>
</TS>
